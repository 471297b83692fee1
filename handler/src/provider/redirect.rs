//! A topic of SNS in place of the users: for stacks where nobody real is written to.
//!
//! Every SMS and e-mail is published to one topic, whose subscribers read it: testers by e-mail, a
//! test suite by a queue. The message is what a person would have got; the attributes `channel`,
//! `purpose`, `locale`, `to` and `code` say the rest, for programs. The deployer refuses this type
//! outside of `environment: test`.

use serde::{Deserialize, Serialize};

use super::{Facts, Form, Right, Setting, Settings, To};
use crate::event::Channel;

/// A topic as a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The topic's ARN; a FIFO topic too.
    pub topic: String,
}

impl Redirect {
    pub(super) const CHANNELS: &[Channel] = &Channel::ALL;
    pub(super) const SECRET: &[super::SecretMember] = &[];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "five minutes in a FIFO topic; none in another",
        regions: "the topic's",
        data_residency: "the topic's Region",
        source: "Amazon SNS API Reference, `Publish`; AWS Data Privacy FAQ",
    };
    pub(super) const SETTINGS: &[Setting] = &[Setting {
        key: "topic",
        about: "The topic that gets every message in place of the users",
        example: "arn:aws:sns:us-west-2:111122223333:messages-of-the-test",
        required: true,
        form: Form::Arn(&["sns"]),
    }];
}

impl Settings for Redirect {
    fn rights(&self) -> Vec<Right> {
        vec![Right {
            sid: "PublishToTopics",
            actions: &["sns:Publish"],
            to: To::Resources(vec![self.topic.clone()]),
            region: None,
            conditions: Vec::new(),
        }]
    }
}

#[cfg(feature = "redirect")]
mod sending {
    use super::Redirect;
    use crate::provider::arn::Arn;
    use crate::provider::aws::{Aws, Service};
    use crate::provider::sns::sending::{PUBLISH, attributes, outcome};
    use crate::provider::{BuildError, Services};
    use crate::send::{Content, Message, Provider, Sending};

    /// A topic as a provider.
    struct Sender {
        aws: Aws,
        topic: String,
    }

    impl Redirect {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let topic = Arn::parse(&self.topic).ok_or(BuildError)?;
            Ok(Box::new(Sender {
                aws: Aws::new(services, Service::SNS, Some(topic.region))?,
                topic: self.topic.clone(),
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let (to, text) = match &message.content {
                    Content::Sms(sms) => (sms.to.expose(), sms.text.expose().clone()),
                    Content::Email(email) => {
                        let (subject, text) = (email.subject.expose(), email.text.expose());
                        (email.to.expose(), format!("{subject}\n\n{text}"))
                    }
                };
                let (channel, purpose) = (message.content.channel().name(), message.purpose.name());
                let code = message.code.as_ref().map(|code| code.expose().as_str());
                let told = [
                    ("channel", Some(channel)),
                    ("purpose", Some(purpose)),
                    ("locale", Some(message.locale.as_str())),
                    ("to", Some(to)),
                    ("code", code),
                ];
                let told = told
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, "String", value?)));
                let told = attributes(told);
                let subject = format!("{purpose} by {channel}");
                let mut fields = PUBLISH.to_vec();
                fields.extend([
                    ("TopicArn", self.topic.as_str()),
                    ("Subject", &subject),
                    ("Message", &text),
                ]);
                if self.topic.rsplit('.').next() == Some("fifo") {
                    fields.extend([
                        ("MessageGroupId", channel),
                        ("MessageDeduplicationId", message.id.as_str()),
                    ]);
                }
                fields.extend(told.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                outcome(&self.aws.query(fields).await?)
            })
        }
    }
}
