//! An apply that was killed did not come to read back what it made: the next one does, as long as it is fresh.

use super::Acme;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

#[test]
fn what_a_killed_apply_made_is_read_back_by_the_next() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    proxy.on("ExecuteChangeSet", 1..=1, Effect::HoldAfter);
    let killed = acme.workspace.spawn(&["apply", "--yes"]);
    while !proxy.holds() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    killed.kill();
    proxy.clear();
    super::kills::wait_until_still(&acme);

    // As if another tool had taken the trigger out in the meantime.
    let without_trigger = |body: String| {
        let mut answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        answer["UserPool"]["LambdaConfig"] = serde_json::json!({});
        answer.to_string()
    };
    proxy.on("DescribeUserPool", 1..=usize::MAX, Effect::Rewrite(without_trigger));
    let shown = acme.apply(1);
    assert!(shown.contains("nothing to do"), "{shown}");
    assert!(
        shown.contains("error: acme was deployed, and what was read back differs:\n  LambdaConfig.CustomSMSSender"),
        "{shown}"
    );
    proxy.clear();
    let before = proxy.calls().len();
    acme.apply(0);
    let calls = &proxy.calls()[before..];
    assert_eq!(calls[..3], ["GetCallerIdentity", "DescribeStacks", "GetTemplate"]);
    assert!(calls[3].starts_with("GET /2015-03-31/functions/"), "{calls:?}");
    // What comes after the reading back in an apply was not reached either.
    assert_eq!(calls[4..], ["DescribeUserPool", "GetStackPolicy", "SetStackPolicy"]);

    // Long after the change it costs three calls, one of them for the code that runs, and who the credentials are of.
    let long_ago = |body: String| {
        let mut body = body;
        for member in ["CreationTime", "LastUpdatedTime"] {
            let (open, close) = (format!("<{member}>"), format!("</{member}>"));
            if let (Some(from), Some(to)) = (body.find(&open), body.find(&close)) {
                body.replace_range(from + open.len()..to, "2000-01-01T00:00:00Z");
            }
        }
        body
    };
    proxy.on("DescribeStacks", 1..=usize::MAX, Effect::Rewrite(long_ago));
    let before = proxy.calls().len();
    acme.apply(0);
    let calls = &proxy.calls()[before..];
    assert_eq!(calls[..3], ["GetCallerIdentity", "DescribeStacks", "GetTemplate"]);
    assert!(
        calls.len() == 4 && calls[3].starts_with("GET /2015-03-31/functions/"),
        "{calls:?}"
    );
}
