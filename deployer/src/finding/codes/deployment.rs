//! Codes of what a deployment would do to the rest: rights, delivery, code, queue, logs and alarms.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! deployment_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [Plan]
    PermissionBroadened = "permission-broadened", Guard, "More callers could invoke a function",
        why: "SourceArn and SourceAccount bind the function to one pool of one account. Without them somebody else's \
              pool can call it, with users and numbers of its own: messages go out at your cost and in your name.",
        instead: "Undo the change. A permission for one pool has its ARN as SourceArn and the account as SourceAccount.";
    StatementBroadened = "statement-broadened", Guard, "A statement of a policy would allow more",
        why: "A principal, action or resource is new in it, or a condition is gone or weaker. Users feel nothing; \
              whoever gets hold of the role, or of the function that has it, can do more with it.",
        instead: "Name exactly what is needed. If it is, acknowledge what the finding names.";
    StatementAdded = "statement-added", Warning, "A role would get a new right to what is named",
        why: "A provider that a route names brings the right to send by it, and to read its one secret. Actions and \
              resources are named, so it reaches no further than the line that the finding shows.",
        instead: "Nothing, if the provider is meant.";
    CountriesWidened = "countries-widened", Guard, "SMS messages could go to more countries",
        why: "Each country more is one more for toll fraud: numbers that earn money by every code that is sent to \
              them, at your cost until the spend limit stops the codes of all users.",
        instead: "Add only countries that have users, and watch the metric `Refused` before.";
    RatesLoosened = "rates-loosened", Guard, "More messages could go out in the same time",
        why: "Rates are what stops a robot that asks for codes without end: for one victim's phone, or to numbers that \
              earn money by each message, until the spend limit stops the codes of all users.",
        instead: "Look at the metric `Refused` and its reasons first: raise the one rate that real users reach.";
    MessagesDeclined = "messages-declined", Guard, "Messages of a route would not be sent",
        why: "Cognito sends nothing itself once its custom sender is set, and a route with `via: none` sends nothing \
              either: whoever waits for such a code cannot go on.",
        instead: "Acknowledge it if another part of your system sends these messages; else name providers in `via`.";
    RouteChanged = "route-changed", Warning, "Messages would take other routes",
        why: "Users may get their codes from another number or address, which they do not know yet, and carriers of \
              some countries take messages only from a sender that is registered there.",
        instead: "Nothing, if that is meant; `deployer send --deployed` sends one to yourself.";
    ProviderChanged = "provider-changed", Warning, "A provider would send by other settings",
        why: "Users may get their codes from another number or address; a wrong one is refused by the provider, and \
              then the next of the route is asked, or nobody.",
        instead: "Nothing, if that is meant; `deployer send --deployed` sends one to yourself.";
    DeliveryUnread = "delivery-unread", Guard, "What is deployed cannot be compared",
        why: "Countries, routes and texts travel in the zip. Where the deployed one cannot be read, nobody sees what \
              this deployment changes for users, and no guard can look at it.",
        instead: "Allow s3:GetObject on the assets bucket. Where the zip is gone, compare by hand and acknowledge.";
    CodeChangedOutside = "code-changed-outside", Guard, "The function runs code that nobody deployed",
        why: "Somebody gave Lambda another zip outside CloudFormation, which does not see it: a fix in a hurry, or \
              worse. This deployment would overwrite it, and users would get what was before.",
        instead: "Find out who did it (UpdateFunctionCode in CloudTrail), bring a fix into the sources, acknowledge.";
    CodeUnchecked = "code-unchecked", Warning, "Which code the function runs could not be checked",
        why: "Reading the function is a right of its own. Code that was put there outside CloudFormation would be \
              overwritten without a word.",
        instead: "Allow lambda:GetFunctionConfiguration.";
    ZipAltered = "zip-altered", Error, "The assets bucket holds other bytes in the place of the handler's zip",
        why: "The key of a zip contains its SHA-256, and the object at that key has another. Somebody who may write to \
              the bucket put it there. It is never deployed.",
        instead: "Find out who stored it (S3 object versions, CloudTrail), remove the object, and apply again. \
                  `deployer bootstrap` updates the bucket so that its objects cannot be overwritten.";
    HandlerChanged = "handler-changed", Warning, "The deployed handler is not from this checkout",
        why: "It was built from other sources, lock file or settings than those that are here, older or newer. This \
              deployment brings this checkout's: what users get may change with it, and a fix that is deployed from \
              another checkout is gone.",
        instead: "Nothing, if the handler changed on purpose; else bring the checkout up to date first.";
    ArchitectureMismatch = "architecture-mismatch", Guard, "The function's zip is built for another machine",
        why: "The function would not start, so nobody gets a code. CloudFormation does not look into a zip.",
        instead: "Let `deployer apply` build the zip for the function's architecture; delete one that is in its place.";
    QueueRemoved = "queue-removed", Guard, "The queue of lost messages would be deleted",
        why: "It holds the events of messages that nobody got: who waits for one, and how many they are. They go with \
              it, and no event is kept from then on.",
        instead: "Work the queue off first, then acknowledge.";
    RetentionLowered = "retention-lowered", Guard, "Logs or lost messages would be kept for a shorter time",
        why: "What is older is deleted for good soon after the deployment: lines that tell why somebody got no \
              code, or events that wait in the queue. Users feel nothing.",
        instead: "Keep the period, or export what you need first and acknowledge.";
    AlarmRemoved = "alarm-removed", Warning, "An alarm would go, or tell nobody",
        why: "Messages that get lost are seen by nobody but those who wait for them.",
        instead: "Keep `function.alarms.notify`, and the trigger whose messages it watches.";
    UnusedAcknowledgement = "unused-acknowledgement", Warning, "An acknowledgement that nothing answers to",
        why: "What it allowed has happened, or its resource or value is misspelt. Left in place it would let a later \
              change of the same kind through unseen.",
        instead: "Remove it from the stack file.";
    }};
}
