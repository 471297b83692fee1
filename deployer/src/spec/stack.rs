//! The typed form of one stack file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use handler::delivery::Delivery;
use serde_json::{Map, Value};

use super::{
    AccountId, AliasName, Architecture, FunctionArn, KeyArn, PolicyArn, PoolId, Region, RoleArn, RolePath,
    SecurityGroupId, StackName, SubnetId, TopicArn,
};
use crate::finding::{Code, Place, Source};

/// One stack file: one CloudFormation stack.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The file that it was read from; paths in it are relative to that file.
    pub source: Arc<Source>,
    /// The stack's name.
    pub name: StackName,
    /// The only account that `apply` may change, when the file names one.
    pub account: Option<AccountId>,
    /// Where the stack lives; every client uses it.
    pub region: Region,
    /// What depends on how much is at stake.
    pub environment: Environment,
    /// Whether CloudFormation refuses to delete the stack; on in production unless the file says otherwise.
    pub termination_protection: bool,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
    /// A bucket for zips other than the one that `bootstrap` makes.
    pub assets_bucket: Option<String>,
    /// By whom and for whom CloudFormation works on the stack.
    pub cloudformation: CloudFormation,
    /// How the stack's roles are fenced in.
    pub roles: Roles,
    /// The user pool.
    pub pool: Pool,
    /// The pool's triggers.
    pub triggers: BTreeMap<TriggerKind, Trigger>,
    /// The key that Cognito encrypts codes under; used when a custom sender is declared.
    pub key: Key,
    /// The stack's own function; rendered when a trigger names `handler`.
    pub function: Function,
    /// Providers and routes, as the handler reads them.
    pub delivery: Delivery,
    /// The stack's own texts: the content of each file by its path in the messages directory.
    pub messages: BTreeMap<String, String>,
    /// Findings that somebody has answered for.
    pub acknowledge: Vec<Acknowledgement>,
}

impl Stack {
    /// Whether any trigger names this stack's own function.
    pub fn uses_handler(&self) -> bool {
        self.triggers.values().any(|trigger| trigger.target == Target::Handler)
    }

    /// Whether this trigger names this stack's own function.
    pub fn handler_serves(&self, kind: TriggerKind) -> bool {
        serves(&self.triggers, kind)
    }

    /// Whether this stack's own function is a custom sender: Cognito invokes it asynchronously, with a
    /// code that it must decrypt.
    pub fn handler_sends(&self) -> bool {
        self.handler_serves(TriggerKind::CustomSmsSender) || self.handler_serves(TriggerKind::CustomEmailSender)
    }

    /// Whether a custom sender is declared, by whichever function: then Cognito needs a key.
    pub fn has_sender(&self) -> bool {
        self.triggers.keys().any(|kind| kind.is_sender())
    }
}

/// Whether a trigger of `triggers` names the stack's own function.
pub(super) fn serves(triggers: &BTreeMap<TriggerKind, Trigger>, kind: TriggerKind) -> bool {
    triggers
        .get(&kind)
        .is_some_and(|trigger| trigger.target == Target::Handler)
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// Real users.
    #[default]
    Production,
    /// Nobody is locked out.
    Test,
}

/// By whom and for whom CloudFormation works on a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudFormation {
    /// The role that CloudFormation takes on instead of the caller's.
    pub role: Option<RoleArn>,
    /// Topics that hear of every event of the stack.
    pub notify: Vec<TopicArn>,
}

impl CloudFormation {
    /// Returns the role's ARN.
    pub fn role(&self) -> Option<&str> {
        self.role.as_ref().map(RoleArn::as_str)
    }

    /// Returns the topics' ARNs.
    pub fn notify(&self) -> Vec<String> {
        self.notify.iter().map(ToString::to_string).collect()
    }
}

/// How the roles that a stack makes are fenced in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// What none of them can go beyond.
    pub boundary: Option<PolicyArn>,
    /// Their path; `/` when the file names none.
    pub path: Option<RolePath>,
}

/// The user pool of a stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Pool {
    /// The stack owns the pool.
    New {
        /// `AWS::Cognito::UserPool` properties by CloudFormation's own names, checked, in the file's order.
        properties: Map<String, Value>,
    },
    /// The pool stays outside CloudFormation.
    Existing {
        /// Its id.
        id: PoolId,
        /// By whom it sends e-mail, where the file says so; the plan checks it against the live pool.
        email_sending: Option<EmailSending>,
    },
    /// The pool is adopted into the stack.
    Import {
        /// Its id.
        id: PoolId,
        /// As for a new pool.
        properties: Map<String, Value>,
    },
}

/// `EmailSendingAccount` of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailSending {
    /// `COGNITO_DEFAULT`: by Cognito's own address; texts of a custom message trigger are refused for e-mail.
    CognitoDefault,
    /// `DEVELOPER`: by an identity of the account's own SES.
    Developer,
}

impl EmailSending {
    /// Returns `EmailSendingAccount` as AWS spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CognitoDefault => "COGNITO_DEFAULT",
            Self::Developer => "DEVELOPER",
        }
    }
}

/// An entry of `LambdaConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerKind {
    /// `PreSignUp`
    PreSignUp,
    /// `CustomMessage`
    CustomMessage,
    /// `PostConfirmation`
    PostConfirmation,
    /// `PreAuthentication`
    PreAuthentication,
    /// `PostAuthentication`
    PostAuthentication,
    /// `DefineAuthChallenge`
    DefineAuthChallenge,
    /// `CreateAuthChallenge`
    CreateAuthChallenge,
    /// `VerifyAuthChallengeResponse`
    VerifyAuthChallengeResponse,
    /// `PreTokenGeneration`, rendered as `PreTokenGenerationConfig` beside it
    PreTokenGeneration,
    /// `UserMigration`
    UserMigration,
    /// `CustomSMSSender`
    CustomSmsSender,
    /// `CustomEmailSender`
    CustomEmailSender,
    /// `InboundFederation`
    InboundFederation,
}

impl TriggerKind {
    /// Every kind, in the order of CloudFormation's documentation.
    pub const ALL: [Self; 13] = [
        Self::PreSignUp,
        Self::CustomMessage,
        Self::PostConfirmation,
        Self::PreAuthentication,
        Self::PostAuthentication,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
        Self::PreTokenGeneration,
        Self::UserMigration,
        Self::CustomSmsSender,
        Self::CustomEmailSender,
        Self::InboundFederation,
    ];

    /// Returns the key under `triggers` in a stack file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::PreSignUp => "pre_sign_up",
            Self::CustomMessage => "custom_message",
            Self::PostConfirmation => "post_confirmation",
            Self::PreAuthentication => "pre_authentication",
            Self::PostAuthentication => "post_authentication",
            Self::DefineAuthChallenge => "define_auth_challenge",
            Self::CreateAuthChallenge => "create_auth_challenge",
            Self::VerifyAuthChallengeResponse => "verify_auth_challenge_response",
            Self::PreTokenGeneration => "pre_token_generation",
            Self::UserMigration => "user_migration",
            Self::CustomSmsSender => "custom_sms_sender",
            Self::CustomEmailSender => "custom_email_sender",
            Self::InboundFederation => "inbound_federation",
        }
    }

    /// Returns the member of `LambdaConfig`, as AWS spells it.
    pub const fn member(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::CustomMessage => "CustomMessage",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::UserMigration => "UserMigration",
            Self::CustomSmsSender => "CustomSMSSender",
            Self::CustomEmailSender => "CustomEmailSender",
            Self::InboundFederation => "InboundFederation",
        }
    }

    /// Whether Cognito hands this trigger an encrypted code.
    pub const fn is_sender(self) -> bool {
        matches!(self, Self::CustomSmsSender | Self::CustomEmailSender)
    }

    /// Whether this trigger is about a message to a user, which is what the handler answers.
    pub const fn is_message(self) -> bool {
        self.is_sender() || matches!(self, Self::CustomMessage)
    }

    /// The event versions that Cognito takes; empty where the member is a plain ARN.
    pub const fn versions(self) -> &'static [TriggerVersion] {
        match self {
            Self::PreTokenGeneration => &[TriggerVersion::V1_0, TriggerVersion::V2_0, TriggerVersion::V3_0],
            Self::CustomSmsSender | Self::CustomEmailSender | Self::InboundFederation => &[TriggerVersion::V1_0],
            Self::PreSignUp
            | Self::CustomMessage
            | Self::PostConfirmation
            | Self::PreAuthentication
            | Self::PostAuthentication
            | Self::DefineAuthChallenge
            | Self::CreateAuthChallenge
            | Self::VerifyAuthChallengeResponse
            | Self::UserMigration => &[],
        }
    }
}

/// What a trigger calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The function.
    pub target: Target,
    /// The event version; `V1_0` unless the file says otherwise, absent where Cognito has none.
    pub version: Option<TriggerVersion>,
    /// Who gives Cognito the right to invoke the function.
    pub permission: Permission,
    /// Whether the file says that the function's role may decrypt codes already.
    pub may_decrypt: bool,
    /// Where the file declares it.
    pub place: Place,
}

/// A function that a trigger calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This stack's own function.
    Handler,
    /// Somebody else's function.
    Function(FunctionArn),
}

/// `LambdaVersion`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriggerVersion {
    /// `V1_0`
    V1_0,
    /// `V2_0`
    V2_0,
    /// `V3_0`
    V3_0,
}

impl TriggerVersion {
    /// Returns the version as AWS spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_0 => "V1_0",
            Self::V2_0 => "V2_0",
            Self::V3_0 => "V3_0",
        }
    }
}

/// Who renders the right to invoke a trigger's function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// The stack renders an `AWS::Lambda::Permission`.
    #[default]
    Rendered,
    /// It is there already, managed elsewhere.
    External,
}

/// The key of the custom senders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where the key comes from.
    pub source: KeySource,
    /// The key before a swap: the function may decrypt under it until queued codes have drained.
    pub previous: Option<KeyArn>,
    /// Roles that create or update the pool and get `kms:CreateGrant` in the key policy itself; by
    /// default the account's IAM policies decide.
    pub grant_roles: Vec<RoleArn>,
}

/// Where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The stack makes it.
    Managed {
        /// Its alias; none when the file names none.
        alias: Option<AliasName>,
        /// Days between rotations, 90 to 2,560.
        rotation_days: u16,
    },
    /// It exists already.
    Existing(KeyArn),
}

/// The stack's own function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// `arm64` (default) or `x86_64`.
    pub architecture: Architecture,
    /// `MemorySize` in MB, 128 to 10,240; default 256.
    pub memory_mb: u16,
    /// `Timeout` in seconds, 1 to 900; default 20, or 5 for a function that Cognito waits for.
    pub timeout_s: u16,
    /// `RetentionInDays` of the log group, one of CloudWatch's values; default 30.
    pub log_retention_days: u16,
    /// `ApplicationLogLevel`; default INFO.
    pub log_level: LogLevel,
    /// How Lambda treats events that failed.
    pub asynchronous: Async,
    /// Who hears of alarms.
    pub alarms: Alarms,
    /// The network that it runs in; none but Lambda's own when absent.
    pub vpc: Option<Vpc>,
    /// The handler's sources: the file's path joined with `function.source`.
    pub source: Option<PathBuf>,
    /// The provider types that the handler is compiled with; all of them when absent.
    pub provider_types: Option<ProviderTypes>,
}

/// A choice among the provider types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderTypes {
    /// The types, as `type` names them.
    pub names: BTreeSet<&'static str>,
    /// Where the file says so.
    pub place: Place,
}

/// Lambda's treatment of asynchronous events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Async {
    /// `MaximumEventAgeInSeconds`, 60 to 21,600; default 150.
    pub max_event_age_s: u16,
    /// `MaximumRetryAttempts`, 0 to 2; default 1.
    pub max_retries: u8,
}

/// A network of the account's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    /// `SubnetIds`, in the file's order.
    pub subnet_ids: Vec<SubnetId>,
    /// `SecurityGroupIds`, in the file's order.
    pub security_group_ids: Vec<SecurityGroupId>,
}

/// The alarms of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// The SNS topic that alarms notify; the alarms exist without one too.
    pub notify: Option<TopicArn>,
    /// For how many minutes after an update an alarm that rings undoes it, 0 to 180.
    pub monitor_minutes: u8,
}

/// `ApplicationLogLevel`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// `TRACE`
    Trace,
    /// `DEBUG`
    Debug,
    /// `INFO`
    #[default]
    Info,
    /// `WARN`
    Warn,
    /// `ERROR`
    Error,
    /// `FATAL`
    Fatal,
}

impl LogLevel {
    /// Returns the level as Lambda spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// Somebody's word that a guard's finding is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The finding's code.
    pub code: Code,
    /// The logical id of the resource.
    pub resource: String,
    /// The new value, as `deployer diff` prints it.
    pub to: String,
    /// Why it is meant.
    pub reason: String,
    /// The last day on which it counts, `YYYY-MM-DD`; for ever when absent.
    pub until: Option<String>,
    /// Where the file says so.
    pub place: Place,
}
