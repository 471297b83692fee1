//! Probes: the function says whether it could serve a pool, and nothing else happens.

use handler::Redacted;
use handler::event::{Channel, PoolId, Probe, ProbeAnswer};
use serde_json::Value;

use crate::function::{Function, Setup, message};

fn probe(channel: Channel, pool: &str, code: &str) -> Value {
    Probe {
        channel,
        pool: PoolId::new(pool).unwrap(),
        code: Redacted::new(message(code)["message"].as_str().unwrap().to_owned()),
    }
    .to_json()
}

#[test]
fn a_probe_is_answered_and_nothing_is_sent_or_counted() {
    let function = Function::start(Setup::default());
    let pool = message("planted")["pool"].as_str().unwrap().to_owned();
    let ask = |channel, pool: &str, code| {
        let answer = function.invoke(&probe(channel, pool, code));
        assert!(!answer.failed, "{}", answer.body);
        assert!(!answer.body.contains("48151623"), "{}", answer.body);
        ProbeAnswer::from_json(&serde_json::from_str(&answer.body).unwrap()).unwrap()
    };
    let well = ask(Channel::Sms, &pool, "planted");
    assert!(well.decrypted);
    assert_eq!((well.error, well.providers), (None, vec!["sns".to_owned()]));

    for (channel, pool, code, decrypted, error) in [
        (Channel::Email, pool.as_str(), "planted", true, "send-no-email"),
        (
            Channel::Sms,
            "eu-west-1_Other0000",
            "planted",
            false,
            "decrypt-other-pool",
        ),
        (
            Channel::Sms,
            pool.as_str(),
            "refused: a stranger's key",
            false,
            "decrypt-no-known-key",
        ),
    ] {
        let answer = ask(channel, pool, code);
        assert_eq!(answer.error.as_deref(), Some(error));
        assert_eq!(answer.decrypted, decrypted, "{error}");
        assert!(answer.reason.is_some(), "{error}");
    }
    assert!(function.texts().is_empty());
    let lines = function.stop();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in &lines {
        assert!(line.get("_aws").is_none(), "{line}");
        assert!(!line.to_string().contains("48151623"), "{line}");
    }
}
