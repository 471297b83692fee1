//! Codes of the delivery settings of a stack file: providers, routes and texts, and of what two files both declare.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! delivery_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [File]
    SmsDeliveryMissing = "sms-delivery-missing", Error, "A handler that would have nowhere to send",
        why: "Once custom_sms_sender is set, Cognito sends no SMS itself. Without `delivery.sms` every code would \
              be lost, and nobody could sign in by SMS.",
        instead: "Declare `providers` and `delivery.sms` with countries and routes.";
    EmailDeliveryMissing = "email-delivery-missing", Error, "A handler that would have nobody to send e-mail by",
        why: "Once custom_email_sender is set, Cognito sends no e-mail itself. Without `delivery.email` every code \
              would be lost, and nobody could sign up or recover an account by e-mail.",
        instead: "Declare a provider of e-mail under `providers`, and `delivery.email` with `via` or `routes`.";
    ProviderSettings = "provider-settings", Error, "Settings of a provider that do not go together",
        why: "Each setting is valid by itself, but the provider rejects the combination, or has no sender to send \
              from. Every message through it would fail.",
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
              route gets only the messages that earlier routes do not match. This part of the file has no effect.",
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
        instead: "Take the code from the finding that `deployer diff` prints. Errors must be fixed; warnings stop \
                  nothing.";
    StackTwice = "stack-twice", Error, "Two files that declare one stack",
        why: "Name and Region are a stack's identity. Each deployment of one file would undo the other's.",
        instead: "Rename one of the stacks, or remove one of the files.";
    ResourceTwice = "resource-twice", Error, "Two files that declare one pool or alias",
        why: "A pool has one set of triggers and an alias one key. Each deployment of one file would undo the \
              other's, or fail because the name is taken.",
        instead: "Keep the pool or alias in one of the files. For two accounts, name both in `account`.";
    }};
}
