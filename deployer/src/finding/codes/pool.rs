//! Codes of what a deployment would do to the pool, its key, its triggers and its saved configuration.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! pool_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [Plan]
    PoolReplaced = "pool-replaced", Guard, "The user pool would be replaced",
        why: "A replaced pool is a new, empty one with another id: no user can sign in, no app knows it, and \
              passwords cannot be moved over.",
        instead: "Undo the change that replaces it. To start afresh on purpose, declare a second stack.";
    PoolRemoved = "pool-removed", Guard, "The user pool would leave the stack",
        why: "The pool stays in the account, by its deletion policy, but nothing manages it any more, and its \
              triggers point to functions that may go.",
        instead: "Keep `pool` as it is. To end the stack, use `deployer destroy`, which takes the triggers out first.";
    KeyReplaced = "key-replaced", Guard, "The key would be replaced",
        why: "Codes that are on their way are encrypted under the old key: whoever waits for one is locked out.",
        instead: "Undo the change that replaces it, or swap the key with `key.existing` and `key.previous`.";
    KeyRemoved = "key-removed", Guard, "The key would leave the stack",
        why: "The key stays in the account and goes on costing money, but nothing manages it any more. Codes under \
              it can be decrypted only as long as `key.previous` names it.",
        instead: "Keep `key` as it is, or name the old key's ARN as `key.previous` and acknowledge.";
    KeySwapped = "key-swapped", Guard, "The pool would encrypt under another key, and the old one is not kept",
        why: "Codes that wait in a queue for a retry are encrypted under the old key; the function could not read \
              them, and the people who wait for them are locked out until they ask again.",
        instead: "Name the old key as `key.previous`, apply, and remove it a day later.";
    KeyUnusable = "key-unusable", Guard, "An existing key that cannot encrypt or decrypt codes",
        why: "Under a key that is gone, disabled, about to be deleted or of another kind, Cognito encrypts no code \
              and the function reads none: nobody who waits for a code gets in.",
        instead: "Enable the key, cancel its deletion, or name a symmetric key for encryption.";
    KeyClosed = "key-closed", Guard, "An existing key whose policy turns away who needs it",
        why: "Who makes the pool needs kms:CreateGrant, and the function kms:Decrypt. Where a key's policy admits \
              neither them nor the account's IAM policies, the deployment fails, or the first code is lost.",
        instead: "Add the statement that the finding prints to the key's policy, or take out the one that denies.";
    KeyUnchecked = "key-unchecked", Warning, "An existing key of which not everything could be checked",
        why: "Reading a key and its policy are rights of their own, and a condition, or who will apply, cannot be \
              known from here. What was not checked shows when the first code is sent.",
        instead: "Look at the key's policy, or allow kms:DescribeKey and kms:GetKeyPolicy.";
    ImmutableProperty = "immutable-property", Guard, "A property that Cognito never changes would change",
        why: "Cognito refuses the update in the middle of the deployment, and CloudFormation rolls it back; its own \
              change set does not show that. Users feel nothing, but nothing else of the deployment arrives either.",
        instead: "Put the old value back. What must differ needs a new pool, to which users are migrated.";
    SchemaAttributeRemoved = "schema-attribute-removed", Guard, "An attribute would leave the pool's schema",
        why: "Cognito never gives up an attribute: it refuses the update in the middle of the deployment, and \
              CloudFormation rolls back all of it. Users feel nothing, but nothing else of the deployment arrives.",
        instead: "Put the attribute back, and stop using it: nobody has to fill in one that is not required.";
    TriggerDropped = "trigger-dropped", Guard, "A trigger would leave the pool",
        why: "Cognito stops calling the function with this deployment; what it did for users ends at once.",
        instead: "Keep the trigger in `triggers`, or acknowledge that it goes.";
    ForeignTriggerReplaced = "foreign-trigger-replaced", Guard, "A function that this stack did not make would lose its trigger",
        why: "Somebody else's function answers this trigger, and what it does for users ends at once: a check at \
              sign-up, a claim in a token, every code by SMS. Who attached it may also put it back.",
        instead: "Keep the function in `triggers` as it is (of a pool that exists already: leave the trigger out to \
                  keep what is there), or agree with whoever owns it and acknowledge.";
    SenderAdded = "sender-added", Warning, "A function would send the pool's messages in place of Cognito",
        why: "Cognito stops sending this kind of message itself with this deployment. From then on users get a code \
              only if the function gets it to them, from another sender and in other words than before.",
        instead: "Nothing, if that is meant; `deployer send --probe` asks the deployed function whether it could send.";
    SenderRemoved = "sender-removed", Guard, "Cognito would send the pool's messages itself again",
        why: "Users get their codes from another sender and in Cognito's own words. SMS messages need the pool's SMS \
              role and go by the account's SNS with its spend limit and sandbox; e-mails fall to the pool's \
              EmailConfiguration, which by default sends 50 a day. Beyond that users get no code.",
        instead: "Keep the sender in `triggers`, or see to role, limits and texts first and acknowledge.";
    SenderKeyConflict = "sender-key-conflict", Guard, "A sender that this stack did not attach cannot decrypt under the pool's new key",
        why: "A pool has one key for both senders. Codes of the other one would arrive under a key that its function \
              cannot decrypt under, and whoever waits for one of them is locked out.",
        instead: "Name the key that the pool has as `key.existing`, or let this stack take over both senders.";
    EmailSendingDiffers = "email-sending-differs", Guard, "The pool does not send e-mail as `email_sending` says",
        why: "Where Cognito sends by its own address it refuses an answer with texts for an e-mail: signing up, or \
              asking for a new code, is an error for the user. Where it sends by SES and the file says otherwise, \
              users get the pool's own texts instead of yours.",
        instead: "Write what the pool has into `pool.email_sending`, or change the pool.";
    PoolLeftAttached = "pool-left-attached", Guard, "The stack would leave a pool whose triggers call its function",
        why: "That pool goes on calling a function that no longer lets it, and its codes can no longer be decrypted: \
              nobody in it gets a code, and where a trigger must answer nobody signs in.",
        instead: "Run `deployer detach` with the file as it was, then name the other pool.";
    DeletionProtectionLowered = "deletion-protection-lowered", Guard, "Deletion protection of the pool would be switched off",
        why: "One call would then delete the pool with everybody in it, for good.",
        instead: "Keep `DeletionProtection: ACTIVE`.";
    TerminationProtectionLowered = "termination-protection-lowered", Guard, "Termination protection of the stack would be switched off",
        why: "One call would then delete the stack, and with it the function that delivers every code.",
        instead: "Keep `termination_protection: true`; `deployer destroy` lifts it by itself, after it has asked.";
    PoolLeftBehind = "pool-left-behind", Guard, "A pool that a stack of this name left behind is still there",
        why: "A new stack makes a new, empty pool. The users are in the old one, and the apps know the old one's id: \
              two pools of one name are how people lose their users in silence.",
        instead: "Take the old pool in (`deployer adopt`), or delete it if nobody needs it; acknowledge to make a second \
                  one beside it.";
    PoolGone = "pool-gone", Error, "The existing pool is not there",
        why: "There is nothing to attach triggers to, and a stack beside a pool that nobody finds would only look as if \
              it delivered codes.",
        instead: "Correct `pool.existing`, or the account and Region that it is looked for in; if the pool was deleted, \
                  destroy the stack.";
    PoolSettingMoved = "pool-setting-moved", Guard, "A setting of an existing pool moved while its triggers were updated",
        why: "UpdateUserPool resets what a request leaves out, and a reset password policy, MFA setting or message is \
              felt at the next sign-in. It is as likely that somebody else changed the setting in those seconds.",
        instead: "Put it back with `deployer apply FILE --put-back`. A second factor that only SetUserPoolMfaConfig \
                  writes goes back by that call. Acknowledge the new value if somebody meant it.";
    SavedMissing = "saved-missing", Error, "A saved pool configuration is not where the stack says",
        why: "The stack holds the SHA-256 of what the pool was before its first attach, or before its last update, and \
              no object in the assets bucket has it. Without it nobody knows what the pool goes back to, or whether an \
              update moved one of its settings.",
        instead: "Restore the object: where the bucket keeps versions, an earlier one has that SHA-256. Where it is \
                  lost, set the stack's parameter to `none` by the command that the finding prints.";
    SavedAltered = "saved-altered", Error, "A saved pool configuration is not the one that the stack recorded",
        why: "Somebody wrote over the object in the assets bucket. Obeyed, it would let whoever may write objects \
              choose what the pool calls, and what its settings go back to.",
        instead: "Find out who wrote it (CloudTrail's data events of the bucket), and restore the version with the \
                  SHA-256 that the stack holds.";
    SavedUnproven = "saved-unproven", Guard, "A saved pool configuration of which the stack holds no digest",
        why: "An earlier version of deployer saved it, or another stack of this name did; anybody who may write objects \
              to the assets bucket could have changed it since. What it says is what the pool would go back to, \
              triggers and keys included.",
        instead: "Read the object. If it is what the pool was, acknowledge its SHA-256; from then on the stack holds it. \
                  If not, delete the object.";
    ForeignAccount = "foreign-account", Guard, "The pool would call a function, or encrypt under a key, of another account",
        why: "Whoever owns that account gets every code of the pool's users in the clear, or decides who signs in. It is \
              what an attacker would attach.",
        instead: "Use a function or key of the pool's own account. Where the other account is yours, acknowledge the ARN.";
    SmsRoleDead = "sms-role-dead", Guard, "The role by which the pool sends SMS messages cannot be used",
        why: "Cognito looks at that role with every update of the pool, whatever the update is about: where the role \
              is gone, or does not let Cognito in or send, each one fails. No trigger can be set, and no SMS \
              message of Cognito's own arrives.",
        instead: "Fix the role as the finding says, or name another in the pool's `SmsConfiguration`.";
    SmsRoleUnchecked = "sms-role-unchecked", Warning, "An SMS role of which not everything could be checked",
        why: "Reading a role and asking IAM what it may do are rights of their own, and a condition may hang on what \
              cannot be known from here. If Cognito cannot use the role, it refuses the pool's update.",
        instead: "Look at the role, or allow iam:GetRole and iam:SimulatePrincipalPolicy.";
    EmailIdentityRefused = "email-identity-refused", Warning, "The pool says that it cannot send e-mail",
        why: "Cognito looks at the e-mail identity with every update of the pool, and refuses the update where it may \
              not use it.",
        instead: "Let the identity's policy in SES admit Cognito.";
    MfaRemoved = "mfa-removed", Guard, "Users would sign in with less than they do now",
        why: "A password alone opens accounts that took a second factor until now, or a factor that people signed in \
              with is gone, and whoever has no other one is locked out.",
        instead: "Keep `MfaConfiguration` and `EnabledMfas` as they are; move users to another factor first.";
    VerificationRemoved = "verification-removed", Guard, "An attribute would no longer be verified at sign-up",
        why: "Cognito sends no code for the attribute any more: users who sign up stay unconfirmed, and whoever forgets \
              the password cannot be reached by an address that was never verified.",
        instead: "Keep `AutoVerifiedAttributes` as it is; where your own code verifies the attribute, acknowledge.";
    SmsRoleRemoved = "sms-role-removed", Guard, "The pool would lose the role by which it sends SMS messages",
        why: "Without the role Cognito sends no SMS: no code to sign in by, to confirm a phone number or to reset a \
              password. Only a custom SMS sender goes on.",
        instead: "Keep `SmsConfiguration`, or what needs it. Where no user gets an SMS any more, acknowledge.";
    TierLowered = "tier-lowered", Guard, "The pool's tier would be lowered",
        why: "Features of the higher tier end for everybody: threat protection and its logs below PLUS; passwordless \
              sign-in, e-mail MFA and claims in access tokens below ESSENTIALS. Cognito may refuse it while one is in use.",
        instead: "Keep `UserPoolTier` (ESSENTIALS where it is not named), or take the features out first and acknowledge.";
    TierRaised = "tier-raised", Warning, "The pool's tier would be raised",
        why: "Every user who is active in a month costs more from now on. Users feel nothing.",
        instead: "Nothing, if that is meant; look at the prices of the tier.";
    }};
}
