//! The registry of finding codes: one entry each, read by checks, guards, `acknowledge` and `explain`.

use std::fmt;

/// How far a finding lets a command go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look; nothing stops.
    Warning,
    /// Stops `apply` with exit code 3 until the stack file acknowledges it.
    Guard,
    /// Wrong input: nothing is called.
    Error,
}

impl Level {
    /// Returns the level's name, as `explain` lists it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Guard => "guard",
            Self::Warning => "warning",
        }
    }
}

/// What a code speaks about, in the order of the data's flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// What stands in a stack file, before anything is called.
    File,
    /// What a stack would be rendered to.
    Template,
    /// The built handler and its zip.
    Asset,
    /// What a deployment would do.
    Plan,
}

/// What the registry says about a code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name that findings print and acknowledgements name.
    pub name: &'static str,
    /// What the code speaks about.
    pub area: Area,
    /// How far a finding of this code lets a command go.
    pub level: Level,
    /// One line.
    pub title: &'static str,
    /// Why it matters, and for a guard what users would feel.
    pub why: &'static str,
    /// What to do instead.
    pub instead: &'static str,
}

/// One entry a code, under the area that it belongs to: `[Area] Variant = "name", Level, "title", why: …, instead: …;`
macro_rules! codes {
    ($(
        [$area:ident]
        $($variant:ident = $name:literal, $level:ident, $title:literal, why: $why:literal, instead: $instead:literal;)+
    )+) => {
        /// A rule's code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $title] $variant,)+)+
        }

        impl Code {
            /// Every code, in the registry's order.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// Returns the registry's entry.
            pub const fn entry(self) -> Entry {
                match self {
                    $($(Self::$variant => Entry {
                        name: $name,
                        area: Area::$area,
                        level: Level::$level,
                        title: $title,
                        why: $why,
                        instead: $instead,
                    },)+)+
                }
            }
        }
    };
}

codes! {
    // Stack files.
    [File]
    FileNotFound = "file-not-found", Error, "A stack file or folder that is not there",
        why: "A path that names nothing may be a typing error, and a deployment that leaves a stack out in silence \
              is worse than none.",
        instead: "Correct the path, or leave it out: without a path, the stack files of `stacks/` are read.";
    FileUnreadable = "file-unreadable", Error, "A stack file that cannot be read",
        why: "The operating system refused to open or read it, so nobody knows which stack it declares.",
        instead: "Mend what the message names, most often the file's permissions.";
    OutsideRepository = "outside-repository", Error, "A path that leads out of the repository",
        why: "Who writes a stack file need not be who runs the deployer: by a path that leaves the repository, or a \
              symbolic link, a pull request could read the files of the machine that plans it. What is read goes into \
              the plan's comment and into the zip.",
        instead: "Keep texts and shared files in the repository of the stack file: the nearest folder above it that \
                  holds `.git`. Outside of a repository, keep them in the stack file's folder. `function.source` may \
                  be anywhere.";
    FileNotUtf8 = "file-not-utf8", Error, "A stack file that is not UTF-8",
        why: "YAML is Unicode text. Read as another encoding, names and messages would reach AWS garbled.",
        instead: "Save the file as UTF-8.";
    FolderEmpty = "folder-empty", Error, "A folder without a stack file",
        why: "Only files that end in .yaml or .yml are stack files, and one that begins with an underscore is no \
              stack of its own. Without any, there is nothing to deploy.",
        instead: "Name a folder that holds stack files, or name the files.";
    YamlSyntax = "yaml-syntax", Error, "Text that is not YAML",
        why: "Where the text stops being YAML, nothing behind it can be read for sure.",
        instead: "Mend the line that the finding points at. The usual causes are a bracket or quote that nothing \
                  closes, and `: ` inside a value that no quotes surround.";
    YamlTab = "yaml-tab", Error, "A tab where YAML wants spaces",
        why: "YAML's structure is its indentation, and a tab has no agreed width, so YAML forbids it there.",
        instead: "Indent with spaces.";
    YamlTooDeep = "yaml-too-deep", Error, "Lists and maps that are nested too deep",
        why: "No stack file needs more than 32 levels; a text that has more was made to exhaust whoever reads it.",
        instead: "Look at where the nesting begins: it is most likely a bracket too many.";
    YamlTooLarge = "yaml-too-large", Error, "More text than a stack file can need",
        why: "A stack file has at most 1 MiB of text and 20,000 values. Beyond that, a file takes long to read and \
              can become no template that CloudFormation accepts.",
        instead: "Split the stack, or check that this is a stack file at all.";
    YamlAlias = "yaml-alias", Error, "An anchor or alias",
        why: "With aliases a few lines can unfold into gigabytes, and a reviewer does not see at a line what stands \
              there. Stack files are meant to be read as they are written.",
        instead: "Write the value out where it is used.";
    YamlMergeKey = "yaml-merge-key", Error, "The merge key <<",
        why: "YAML 1.2 has no merge key; readers disagree on what it overrides, and a reviewer does not see what it \
              brings in.",
        instead: "Write the keys out.";
    YamlTag = "yaml-tag", Error, "A YAML tag such as !Ref or !!str",
        why: "A tag would have to change what a value means. Stack files hold plain values: texts, numbers, true \
              and false, lists and maps. CloudFormation's short forms stand for values that only a template has.",
        instead: "Write the value itself; quote it where it must be text.";
    YamlKey = "yaml-key", Error, "A key that is not text",
        why: "YAML allows lists, maps and nothing at all as keys. No setting is named by one.",
        instead: "Write a plain name before the colon.";
    YamlSeveralDocuments = "yaml-several-documents", Error, "More than one YAML document in a file",
        why: "One file is one stack: a path, its review and its history then belong to exactly one stack.",
        instead: "Move each document into a file of its own.";
    YamlEmpty = "yaml-empty", Error, "A stack file that declares nothing",
        why: "An empty file is most often one that was not saved. Removing a stack is never done by emptying its \
              file.",
        instead: "Write the stack, or delete the file and run `deployer destroy` if the stack shall go.";
    DuplicateKey = "duplicate-key", Error, "A key that stands twice in one map",
        why: "YAML wants every key once. Readers that accept two take the first or the last without a word, so half \
              of what was written never takes effect.",
        instead: "Keep the one that is meant.";
    ExtendsUnreadable = "extends-unreadable", Error, "A file to build on that cannot be read",
        why: "`extends` names a file whose settings are a part of this stack. Without it nobody knows what the stack \
              is.",
        instead: "Correct the path: it is relative to the file that says `extends`.";
    ExtendsCycle = "extends-cycle", Error, "Files that extend each other",
        why: "Each would wait for the other to say what it builds on. More than eight files in a chain are refused \
              too: nobody could follow them.",
        instead: "Take one of the files out of the chain.";
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
        instead: "Write the two capital letters of ISO 3166-1 alpha-2, such as GB for the United Kingdom.";
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
    SmsDeliveryMissing = "sms-delivery-missing", Error, "A handler that would have nowhere to send",
        why: "Once custom_sms_sender is set, Cognito sends no SMS itself. Without `delivery.sms` every code would \
              be lost, and nobody could sign in by SMS.",
        instead: "Declare `providers` and `delivery.sms` with countries and routes.";
    EmailDeliveryMissing = "email-delivery-missing", Error, "A handler that would have nobody to send e-mail by",
        why: "Once custom_email_sender is set, Cognito sends no e-mail itself. Without `delivery.email` every code \
              would be lost, and nobody could sign up or recover an account by e-mail.",
        instead: "Declare a provider of e-mail under `providers`, and `delivery.email` with `via` or `routes`.";
    ProviderSettings = "provider-settings", Error, "Settings of a provider that do not go together",
        why: "Each setting is right by itself, but the provider would refuse them all in one request, or would not \
              know whom to send as. Every message by it would fail.",
        instead: "Add, remove or correct the setting that the message names.";
    ProviderChannel = "provider-channel", Error, "A route through a provider of another channel",
        why: "A provider of SMS cannot send e-mail, nor the other way round: the handler would pass it over, and \
              without another the message is lost.",
        instead: "Name a provider of the route's channel.";
    ProviderTestOnly = "provider-test-only", Error, "A provider for tests in a stack of real users",
        why: "It hands every message to a topic of the team instead of to the user: nobody could sign in, and \
              whoever reads the topic could sign in as anybody.",
        instead: "Say `environment: test`, or take a provider that reaches the users.";
    ProviderLeftOut = "provider-left-out", Error, "A provider of a type that the handler is compiled without",
        why: "`function.provider_types` says what the handler is compiled with. One that finds a provider of another \
              type in its configuration does not start, and no message goes out.",
        instead: "Add the type to `function.provider_types`, or remove the provider.";
    ProviderUnknown = "provider-unknown", Error, "A route through a provider that is not declared",
        why: "The route could not deliver: the code would be lost, or the next provider would have to carry \
              everything.",
        instead: "Declare the provider under `providers`, or correct its name.";
    RouteMissing = "route-missing", Error, "A message that no route takes",
        why: "The first route that matches country and purpose delivers. Where none matches, the handler has nobody \
              to send by, and the user waits for a code that never comes.",
        instead: "End the routes with one that has neither `countries` nor `purposes`, or take the countries out of \
                  `delivery.sms.countries`.";
    RouteUnreachable = "route-unreachable", Warning, "A route, or a part of one, that never delivers",
        why: "A country that `delivery.sms.countries` leaves out is refused before routes are looked at, and a \
              route behind others gets only what they left. What stands there has no effect, and somebody believes \
              that it has.",
        instead: "Allow the country, reorder the routes, or remove what never matches.";
    CountryRestricted = "country-restricted", Warning, "A country that one provider alone serves, and only for those who registered",
        why: "Some countries take messages only from senders, numbers or texts that were registered before, and the \
              provider says so in its documentation. What is not registered is refused, or taken and dropped on the way, \
              and with no provider of another vendor behind it nobody else is asked: users there wait for a code that \
              never comes.",
        instead: "Set what shows the registration, such as `entity_id` and `template_id` for India; or name a provider of \
                  another vendor behind it in `via`; or list the country in `delivery.sms.registered` once the rule is met.";
    MessagesUnreadable = "messages-unreadable", Error, "A messages directory that cannot be read",
        why: "The texts in it are a part of the function's zip. Without them every message would be the built-in \
              one, and nobody would notice before a user does.",
        instead: "Correct the path, which is relative to the file that names it, or what the message names.";
    BadMessageFile = "bad-message-file", Error, "A file among the texts that is none",
        why: "A text is found by its path: the language's folder, the purpose, the channel. Under any other name it \
              is never sent.",
        instead: "Name it LANGUAGE/PURPOSE.sms.txt, .email.txt or .email.html, or _NAME.txt for a part that others \
                  include.";
    BadMessageTemplate = "bad-message-template", Error, "A text that cannot be filled",
        why: "The template has a mistake or names a variable that there is not. The handler would send the built-in \
              text in its place.",
        instead: "Correct the line that the finding names.";
    BadMessageText = "bad-message-text", Error, "A text that lacks what its reader needs",
        why: "A message about a code without the code, an invitation without the user name, or an e-mail without a \
              subject leaves its reader locked out.",
        instead: "Put in what the message names.";
    MessageRefused = "message-refused", Error, "A text that Cognito would not take",
        why: "Cognito checks what custom_message gives it, and a refusal is an error for the user. The handler would \
              leave the text out, and the pool's own would be sent.",
        instead: "Make the text fit the limits that the message names.";
    MessageParts = "message-parts", Warning, "An SMS that is sent as several",
        why: "Beyond 160 characters of the GSM alphabet, or 70 of any other, an SMS goes out in parts. Each is paid \
              for, and some phones show them out of order.",
        instead: "Shorten the text, or keep to the GSM alphabet.";
    ProviderUnused = "provider-unused", Warning, "A provider that no route names",
        why: "Nothing is ever sent by it, not even when the others fail.",
        instead: "Name it in a route's `via`, or remove it.";
    EmailSendingUnsaid = "email-sending-unsaid", Warning, "An existing pool with `custom_message`, and no word on who sends its e-mail",
        why: "Where Cognito sends e-mail by its own address it refuses an answer with texts for one, and the user gets an \
              error. So without a word the handler writes texts for SMS alone.",
        instead: "Write `pool.email_sending`: `developer` where `EmailSendingAccount` of the pool is DEVELOPER, else \
                  `cognito_default`.";
    SettingUnused = "setting-unused", Warning, "Settings for something that the stack does not have",
        why: "The stack makes a key only for a custom sender, and a function only where a trigger names `handler`. \
              Settings without them have no effect.",
        instead: "Declare the trigger, or remove the settings.";
    AcknowledgeCode = "acknowledge-code", Error, "An acknowledgement of what cannot be acknowledged",
        why: "An acknowledgement lets one finding of a guard pass. A code that is no guard's would let nothing \
              pass, and the deployment would stop where nobody expects it.",
        instead: "Take the code from the finding that `deployer diff` prints. Errors must be mended; warnings stop \
                  nothing.";
    StackTwice = "stack-twice", Error, "Two files that declare one stack",
        why: "Name and Region are a stack's identity. Each deployment of one file would undo the other's.",
        instead: "Rename one of the stacks, or remove one of the files.";
    ResourceTwice = "resource-twice", Error, "Two files that declare one pool or alias",
        why: "A pool has one set of triggers and an alias one key. Each deployment of one file would undo the \
              other's, or fail because the name is taken.",
        instead: "Keep the pool or alias in one of the files. For two accounts, name both in `account`.";

    // Templates.
    [Template]
    TemplateTooLarge = "template-too-large", Error, "A template that CloudFormation will not take",
        why: "CloudFormation takes templates of up to 1,000,000 bytes. One of more than 51,200 goes by way of the \
              assets bucket, and that works by itself.",
        instead: "Shorten the largest property, usually a message of the pool.";

    // Assets.
    [Asset]
    AssetScript = "asset-script", Error, "The handler is a script",
        why: "The runtime `provided.al2023` starts `bootstrap` as it is; without the script's interpreter no message is ever delivered.",
        instead: "Let `deployer build` compile the handler, or name its Cargo crate in `function.source`.";
    AssetNotElf = "asset-not-elf", Error, "The handler is not an ELF executable",
        why: "Lambda runs on Linux: a file of another system, a library or a cut file does not start.",
        instead: "Build it again with `deployer build`; when that gives the same, remove `target/deployer` and the build's target folder first.";
    AssetMachine = "asset-machine", Error, "The handler is built for another machine",
        why: "A function of one architecture cannot run the other's instructions: every invocation fails.",
        instead: "Set `function.architecture` to the machine that it is built for, or build it for this one with `deployer build`.";
    AssetInterpreter = "asset-interpreter", Error, "The handler asks for a loader that the runtime lacks",
        why: "A program is started by the loader that it names; musl's or another distribution's is not in `provided.al2023`.",
        instead: "Build for a `-linux-gnu` target with the system's own linker, or link statically.";
    AssetGlibc = "asset-glibc", Error, "The handler needs a C library newer than the runtime's",
        why: "`provided.al2023` has glibc 2.34; the loader refuses a program that names a later version before its first line runs.",
        instead: "Build with cargo-zigbuild or cargo-lambda, which link against the version that is asked for: `pip install cargo-zigbuild ziglang`.";
    AssetLibrary = "asset-library", Error, "The handler needs a library that the runtime lacks",
        why: "`provided.al2023` promises the C library and little else; the loader stops at the first library that is missing.",
        instead: "Link that library statically (most `-sys` crates have a feature for it), or do without it.";
    AssetMode = "asset-mode", Error, "The handler's file is not executable",
        why: "Lambda unzips with the modes in the zip, and starts `bootstrap` only when everyone may run it.",
        instead: "Let `deployer build` make the zip, or store `bootstrap` with the mode 0755 as a Unix file.";
    AssetSize = "asset-size", Error, "The handler is larger than Lambda takes",
        why: "Lambda refuses a package of 262,144,000 bytes (250 MB) or more, unzipped, and a cold start reads every byte of a smaller one.",
        instead: "Build with the profile `lambda`, which strips symbols, and look for large files that are compiled in.";
    AssetContents = "asset-contents", Error, "The zip lacks what must be in it",
        why: "The runtime starts `bootstrap` at the root of the zip, and the handler reads `delivery.json` beside it.",
        instead: "Let `deployer build` make the zip.";
    HandlerNotCompiled = "handler-not-compiled", Error, "A choice of provider types that the handler cannot follow",
        why: "The handler that comes with the deployer is a program already, with every type of provider in it: a choice \
              would change nothing of its size. A crate of your own has the features that its Cargo.toml declares, and no others.",
        instead: "Remove `function.provider_types`, or name sources in `function.source` that have a feature for each type.";

    // Guards.
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
        instead: "Mend the role as the finding says, or name another in the pool's `SmsConfiguration`.";
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
}

impl Code {
    /// Returns the code that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.entry().name == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().name)
    }
}
