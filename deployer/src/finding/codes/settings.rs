//! Codes of the settings of a stack file: keys and values, the pool, triggers, the function and the key.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! settings_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [File]
    UnknownKey = "unknown-key", Error, "A key that a stack file does not have",
        why: "A key that nobody reads is a setting that never takes effect.",
        instead: "Correct the spelling, or remove the key.";
    MissingKey = "missing-key", Error, "A key that must be there",
        why: "There is no default that would be right for everybody, so the stack file must say.",
        instead: "Add the key.";
    WrongType = "wrong-type", Error, "A value of the wrong type",
        why: "Values are read as they are written and never converted by guess: `NO` stays text, `0123` keeps its \
              zero, and only `true` and `false` are booleans.",
        instead: "Write the type that the message wants; quotes make anything text.";
    BadValue = "bad-value", Error, "A value that the key does not take",
        why: "AWS would refuse it in the middle of a deployment, or take it for something else.",
        instead: "Take one of the values that the message names.";
    OutOfRange = "out-of-range", Error, "A number, length or count outside its limits",
        why: "The limits are those of AWS, which would refuse the value in the middle of a deployment.",
        instead: "Stay within the limits that the message names.";
    BadName = "bad-name", Error, "A name that AWS would refuse",
        why: "Names of stacks, aliases, buckets and senders each have an alphabet and a length. A refused name \
              fails a deployment halfway.",
        instead: "Follow the rule that the message names.";
    BadTag = "bad-tag", Error, "A tag that AWS would refuse",
        why: "A tag's key has 1 to 128 characters and its value up to 256, of letters, digits, spaces and _ . : / = \
              + - @. Keys that begin with `aws:` belong to AWS, and a resource has 50 tags at most.",
        instead: "Rename the tag, or leave it out.";
    BadAccount = "bad-account", Error, "Text that is no account id",
        why: "The account is the last barrier before a deployment into the wrong one: it is compared with the \
              caller's identity before any other call.",
        instead: "Write the 12 digits that `aws sts get-caller-identity` prints as Account.";
    BadRegion = "bad-region", Error, "Text that is no Region",
        why: "Every client of this stack talks to this Region; a misspelt one has no endpoint.",
        instead: "Write the code of a Region, such as us-west-2.";
    BadArn = "bad-arn", Error, "Text that is not the ARN that is wanted",
        why: "An ARN of another shape or another service would reach a policy or the pool and fail there, or worse, \
              allow something else.",
        instead: "Copy the ARN from the resource itself.";
    BadPoolId = "bad-pool-id", Error, "Text that is no user pool id",
        why: "A pool is named by its id, which begins with its Region; its name is not unique.",
        instead: "Copy the id from the pool, such as us-west-2_AbCdEf123.";
    BadCountry = "bad-country", Error, "Text that is no country code",
        why: "Countries decide where messages may go and what they cost. A code that ISO 3166-1 does not assign \
              would match no number, and users there would get no code.",
        instead: "Write the two capital letters of ISO 3166-1 alpha-2, such as GB for the United Kingdom, or XK for Kosovo.";
    PoolChoice = "pool-choice", Error, "Not exactly one kind of pool",
        why: "A stack has one user pool, and it is either new (the stack owns it), existing (it stays outside \
              CloudFormation) or imported. Which one decides who may change and delete it.",
        instead: "Keep exactly one of `new`, `existing` and `import`.";
    UnknownProperty = "unknown-property", Error, "A property that a user pool does not have",
        why: "CloudFormation refuses properties that the resource type does not have. The names come from the \
              resource type's schema of 2026-10-20, which is built in.",
        instead: "Correct the spelling; the names are those of CloudFormation. A property that AWS has added since is \
                  passed through as it is written when `acknowledge` names it: code unknown-property, resource \
                  Pool.PROPERTY, to as-written, and a reason.";
    PropertyCombination = "property-combination", Error, "Properties that do not go together",
        why: "Some properties exclude each other, and some mean nothing without another. The resource type's schema \
              does not say so; Cognito refuses the pool in the middle of a deployment.",
        instead: "Add or remove the property that the message names.";
    SmsRoleMissing = "sms-role-missing", Error, "A pool that texts and names no role for it",
        why: "Cognito takes on a role to send SMS messages, and refuses SMS MFA and phone verification without one. \
              The stack makes that role only where `SmsConfiguration` is left out.",
        instead: "Name a role in `SmsConfiguration.SnsCallerArn`, or remove `SmsConfiguration`.";
    PropertyReadOnly = "property-read-only", Error, "A property that AWS sets itself",
        why: "Cognito makes these values when it makes the pool; CloudFormation refuses a template that sets them.",
        instead: "Remove the property; the stack's outputs have the value.";
    PropertyLambdaConfig = "property-lambda-config", Error, "`LambdaConfig` among the pool's properties",
        why: "Triggers, their key and their permissions depend on each other, so one place declares them all. Two \
              places would overwrite each other in silence.",
        instead: "Declare the functions under `triggers` and the key under `key`.";
    PropertyIntrinsic = "property-intrinsic", Error, "A CloudFormation function among the properties",
        why: "Properties are plain values. A `Ref` would need the logical ids of a template that is rendered from \
              this file, and nobody could see from the file what is deployed.",
        instead: "Write the value itself.";
    HandlerCannotServe = "handler-cannot-serve", Error, "A trigger that the handler does not answer",
        why: "Cognito would call the handler and get no answer: sign-in or sign-up would fail, or a code would be \
              lost. The handler answers custom_sms_sender, custom_email_sender and custom_message.",
        instead: "Name the ARN of a function that answers this trigger.";
    TriggerVersion = "trigger-version", Error, "An event version that the trigger does not have",
        why: "Each trigger has its own event versions; Cognito refuses others, and most triggers have none to \
              choose.",
        instead: "Take a version that the message names, or leave `version` out.";
    WrongRegion = "wrong-region", Error, "A resource of another Region than the stack's",
        why: "Cognito calls functions and keys of the pool's own Region only, and an alarm notifies topics of its \
              own Region only.",
        instead: "Name a resource in the stack's Region.";
    WrongAccount = "wrong-account", Error, "A resource of another account than the stack's",
        why: "The stack can neither read nor change policies in another account, so the first code would show \
              whether they fit.",
        instead: "Name a resource of the stack's account. A function of another account needs a permission that its \
                  owner gives: `permission: external`.";
    SenderCannotDecrypt = "sender-cannot-decrypt", Warning, "A custom sender of somebody else's without a right to decrypt",
        why: "Cognito encrypts each code under the stack's key. The stack gives the right to decrypt to its own \
              function alone; another function's role needs one that its owner adds, or every code is lost.",
        instead: "Allow the role kms:Decrypt on the stack's key, bound to the pool by \
                  kms:EncryptionContext:userpool-id, and say so by `decrypt: external`. Or name a key that the role \
                  may use as `key.existing`.";
    CustomMessageUnused = "custom-message-unused", Warning, "A `custom_message` trigger beside both custom senders",
        why: "custom_message rewrites what Cognito is about to send. With custom senders for both SMS and e-mail \
              Cognito sends nothing itself, so what the function writes reaches nobody.",
        instead: "Remove custom_message, or one of the senders.";
    LinkBecomesCode = "link-becomes-code", Warning, "A custom e-mail sender in a pool that confirms by a link",
        why: "Cognito hands a code to the custom sender, whatever `DefaultEmailOption` says. Users get an e-mail with a \
              code, and an app that waits for a click on a link has no field to enter it.",
        instead: "Write CONFIRM_WITH_CODE and let the app ask for the code, or remove `custom_email_sender`.";
    RetryTooLate = "retry-too-late", Warning, "Retries that do not fit into an event's age",
        why: "Lambda waits a minute before its first retry and two before the second, and gives an event up when it \
              is older than `max_event_age_s`. A retry that comes too late is never made, or delivers a code that \
              is worthless: those of MFA live three minutes.",
        instead: "Let `timeout_s` times the attempts, with Lambda's pauses, fit into `max_event_age_s`.";
    LogLevelSilent = "log-level-silent", Warning, "A log level that silences the metrics",
        why: "The handler's metrics are log lines, at ERROR or lower. At FATAL Lambda drops them all, and messages \
              that fail are counted nowhere.",
        instead: "Take ERROR, which counts failures, or INFO, which counts everything.";
    RateUnwatched = "rate-unwatched", Error, "A rate that could stop everybody, and whose alarm reaches nobody",
        why: "Once a rate of the pool or of a country is used up, by an attacker or by real users, every message over \
              it is refused and answered as if it was sent: users wait for codes that never come, and no error tells of \
              it. Only the rate's alarm does, by a topic of `function.alarms.notify`, and only while the log level lets \
              the handler count.",
        instead: "Name a topic in `function.alarms.notify` and keep `log_level` at ERROR or lower; or limit single \
                  recipients alone, which stops nobody else.";
    KeyChoice = "key-choice", Error, "Settings of a new key beside an existing key",
        why: "The stack sets the alias, rotation and policy of a key that it makes. An existing key keeps what its \
              owner gave it, so the settings would have no effect.",
        instead: "Keep `existing`, or the settings of a new key.";
    }};
}
