//! A handler whose one provider panics with all that it was given: a test looks for that in its output.

use std::process::ExitCode;

use handler::send::{Content, Message, Provider, Sending};

struct Panicking;

impl Provider for Panicking {
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        let (to, text) = match &message.content {
            Content::Sms(sms) => (sms.to.expose(), sms.text.expose()),
            Content::Email(email) => (email.to.expose(), email.text.expose()),
        };
        panic!("{to} got {text}");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    handler::process::run(|custom, _| (custom.kind == "panicking").then(|| Box::new(Panicking) as Box<dyn Provider>))
        .await
}
