//! Many stacks: all are planned, shown and answered for, then carried out side by side; one that fails stops no other.
//!
//! What they say in between comes in no fixed order, so that tests look at the beginning, the end, and whose each line is.

use std::time::Duration;

use serde_json::Value;

use super::states::{half_rolled_back, in_status};
use super::{Acme, sender};
use crate::support::aws::{function, wait};
use crate::support::cli::{Run, Workspace};
use crate::support::documented::as_documented;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// The sender's stack under another name.
fn named(name: &str) -> String {
    sender()
        .replace("name: acme", &format!("name: {name}"))
        .replace("UserPoolName: acme", &format!("UserPoolName: {name}"))
        .replace("alias/acme", &format!("alias/{name}"))
}

/// Files of stacks that have a pool, somebody else's trigger and nothing to build, such as `s07`.
fn light(acme: &Acme, count: usize) -> Vec<String> {
    wait(function(&acme.workspace.sdk(), acme.workspace.account(), "checks"));
    std::fs::remove_file(acme.workspace.path().join("stacks/acme.yaml")).unwrap();
    let names: Vec<String> = (1..=count).map(|number| format!("s{number:02}")).collect();
    for name in &names {
        let text = format!(
            "name: {name}\nregion: us-west-2\nenvironment: test\n\
             pool: {{new: {{properties: {{UserPoolName: {name}, UserPoolTier: ESSENTIALS}}}}}}\n\
             triggers: {{pre_sign_up: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:checks\"}}\n"
        );
        acme.workspace.file(&format!("stacks/{name}.yaml"), &text);
    }
    names
}

impl Acme {
    fn status_of(&self, stack: &str) -> Option<String> {
        let answer = wait(self.cloudformation().describe_stacks().stack_name(stack).send()).ok()?;
        let status = answer.stacks().first()?.stack_status()?;
        Some(status.as_str().to_owned())
    }

    fn wait_until_all_are(&self, stacks: &[String], status: &str) {
        for _ in 0..600 {
            if stacks
                .iter()
                .all(|stack| self.status_of(stack).as_deref() == Some(status))
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("not all are in {status}");
    }
}

/// Talk without what came in between: the plans, then what is said when all is over. Each line in between is of a stack.
fn ends(run: &Run, stacks: &[&str], first: &str) -> String {
    let is_of_a_stack = |line: &&str| {
        let mut names = stacks.iter();
        names.any(|name| line.starts_with(&format!("{name}:")) || line.starts_with(&format!("{name} is as declared")))
    };
    let shown: Vec<&str> = run.stderr.lines().skip_while(|line| !line.starts_with(first)).collect();
    let kept: Vec<&str> = shown.iter().copied().filter(|line| !is_of_a_stack(line)).collect();
    let mut between: Vec<&str> = shown.iter().copied().filter(is_of_a_stack).collect();
    between.sort_unstable();
    let from = shown.iter().position(&is_of_a_stack).unwrap();
    let to = shown.iter().rposition(&is_of_a_stack).unwrap();
    assert_eq!(to + 1 - from, between.len(), "{}", run.stderr);
    let (plans, end) = kept.split_at(from);
    let lines = [plans, &between, end].concat();
    run.normal(&format!("{}\n--- stdout\n{}", lines.join("\n"), run.stdout))
}

#[test]
fn one_that_fails_or_is_stopped_does_not_stop_the_others() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.write(&named("acme"));
    let protected = format!("{}termination_protection: true\n", named("delta"));
    acme.workspace.file("stacks/delta.yaml", &protected);
    acme.apply(0);

    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    acme.workspace.file("stacks/carol.yaml", &named("carol"));
    acme.workspace
        .file("stacks/delta.yaml", &protected.replace("true", "false"));
    let account = acme.workspace.account();
    let reason = "The destination cannot be reached";
    Ministack::shared().fail(account, "beta", "create", "AWS::Lambda::EventInvokeConfig", reason, 1);
    let run = acme.workspace.run(&["apply", "--yes"]).expect(1);
    insta::assert_snapshot!(
        "many_applied",
        ends(&run, &["acme", "beta", "carol", "delta"], "beta in us-west-2")
    );
    assert_eq!(acme.status_of("beta").as_deref(), Some("ROLLBACK_COMPLETE"));
    assert_eq!(acme.status_of("carol").as_deref(), Some("CREATE_COMPLETE"));
    let order: Vec<&str> = run.stdout.lines().map(|line| line.split('.').next().unwrap()).collect();
    let (first, last) = (order.iter().position(|name| *name == "carol"), order.len());
    assert!(
        order[..first.unwrap()].iter().all(|name| *name == "acme"),
        "{}",
        run.stdout
    );
    assert!(
        order[first.unwrap()..last].iter().all(|name| *name == "carol"),
        "{}",
        run.stdout
    );

    // Nothing but a guard is left when the failure is mended, and that is 3.
    let run = acme.workspace.run(&["apply", "--yes", "--format", "json"]).expect(3);
    as_documented("apply", &run.stdout);
    let done: Value = serde_json::from_str(&run.stdout).unwrap();
    let names: Vec<&str> = done
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["stack"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["acme", "beta", "carol"]);
    insta::assert_snapshot!(
        "many_summary",
        run.normal(&run.stderr[run.stderr.rfind("delta in us-west-2\nerror").unwrap()..])
    );
}

#[test]
fn fail_fast_begins_nothing_after_a_guard() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let protected = format!("{}termination_protection: true\n", named("acme"));
    acme.write(&protected);
    acme.apply(0);
    acme.write(&protected.replace("true", "false"));
    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    let executed = proxy.count("ExecuteChangeSet");
    let run = acme.workspace.run(&["apply", "--yes", "--fail-fast"]).expect(3);
    assert!(
        run.stderr.ends_with(
            "  acme  stopped\n  beta  not begun\n2 stacks: 1 stopped, 1 not begun\n  \
             next: deployer apply stacks/acme.yaml stacks/beta.yaml\n"
        ),
        "{}",
        run.stderr
    );
    assert_eq!(run.stdout, "");
    assert_eq!((acme.status_of("beta"), acme.change_sets()), (None, 0));
    assert_eq!(proxy.count("ExecuteChangeSet"), executed);
}

/// It takes some seconds: the ones at work have to be there until the first has failed.
#[test]
fn fail_fast_lets_those_at_work_end_and_begins_no_other() {
    let acme = Acme::with_bucket(Workspace::online());
    let names = light(&acme, 12);
    let account = acme.workspace.account();
    Ministack::shared().fail(account, "s01", "create", "AWS::Cognito::UserPool", "It is refused", 1);
    for name in &names[1..10] {
        Ministack::shared().slow(account, name, 4.0);
    }
    let run = acme.workspace.run(&["apply", "--yes", "--fail-fast"]).expect(1);
    assert!(
        run.stderr.contains("12 stacks: 9 done, 1 failed, 2 not begun"),
        "{}",
        run.stderr
    );
    assert_eq!((acme.status_of("s11"), acme.status_of("s12")), (None, None));
}

/// It takes some seconds: the ones at work have to be there until the interrupt.
#[test]
fn an_interrupt_reaches_every_stack() {
    let acme = Acme::with_bucket(Workspace::online());
    let names = light(&acme, 12);
    let account = acme.workspace.account();
    for name in &names[..10] {
        Ministack::shared().slow(account, name, 5.0);
    }
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    acme.wait_until_all_are(&names[..10], "CREATE_IN_PROGRESS");
    running.interrupt();
    let run = running.wait().expect(1);
    let end = &run.stderr[run.stderr.find("s01 in us-west-2\nerror").unwrap()..];
    insta::assert_snapshot!("many_interrupted", run.normal(end));
    // What runs is left alone, what waited is taken back.
    assert_eq!((acme.status_of("s11"), acme.status_of("s12")), (None, None));
    acme.wait_until_all_are(&names[..10], "CREATE_COMPLETE");
    let run = acme.workspace.run(&["apply", "--yes"]).expect(0);
    assert!(
        run.stderr.contains("12 stacks: 2 done, 10 nothing to do"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_interrupt_while_change_sets_are_made_leaves_nothing() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let names = light(&acme, 3);
    proxy.on_those("DescribeChangeSet", "s02", Effect::Delay(Duration::from_secs(20)));
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("DescribeChangeSet") < 3 {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.interrupt();
    let run = running.wait().expect(1);
    assert!(
        run.stderr.ends_with("error: interrupted; nothing was changed\n"),
        "{}",
        run.stderr
    );
    for name in names {
        assert_eq!(acme.status_of(&name), None);
    }
}

#[test]
fn one_question_is_about_all() {
    let acme = Acme::on(Workspace::online().env("TERM", "xterm"));
    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    let question = "Apply these changes to 2 stacks? Only `yes` goes on:";
    let run = acme.workspace.answer(&["apply"], question, "no").expect(1);
    assert!(
        run.stdout.contains("not applied; nothing was changed"),
        "{}",
        run.stdout
    );
    assert_eq!((acme.status_of("acme"), acme.status_of("beta")), (None, None));
    let run = acme.workspace.answer(&["apply"], question, "yes").expect(0);
    // Each has its line while it is at work.
    for moving in ["acme  creating: ", "beta  creating: ", "applying 2 stacks: 1 done"] {
        assert!(run.stdout.contains(moving), "{moving} in {}", run.stdout);
    }
    assert!(run.stdout.contains("2 stacks: 2 done"), "{}", run.stdout);
}

#[test]
fn one_question_is_about_all_messages_to_oneself() {
    let acme = Acme::bucketed(Workspace::online().with_real_handler());
    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    acme.apply(0);
    let question = "Let the functions of 2 stacks really send a made-up code? Only `yes` goes on:";
    let arguments = ["apply", "--verify-to", "+12025550173"];
    let run = acme.workspace.answer(&arguments, question, "no").expect(1);
    assert!(
        run.stdout.contains("not applied; nothing was changed"),
        "{}",
        run.stdout
    );
    assert_eq!(acme.texts().len(), 0);
    let run = acme.workspace.answer(&arguments, question, "yes").expect(0);
    assert!(run.stdout.contains("2 stacks: 2 nothing to do"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("Only `yes` goes on").count(), 1, "{}", run.stdout);
    assert_eq!(acme.texts().len(), 2);
}

/// Two stacks whose rollback stopped half-way; that of the first stops again.
#[test]
fn nothing_follows_a_rollback_that_somebody_interrupts_or_that_fails_fast() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    half_rolled_back(&acme, 2);
    let half_way = |body: String| in_status(&body, "UPDATE_ROLLBACK_FAILED");
    proxy.on_those("DescribeStacks", "StackName=beta", Effect::Rewrite(half_way));
    let executed = proxy.count("ExecuteChangeSet");

    let run = acme.workspace.run(&["apply", "--yes", "--fail-fast"]).expect(1);
    assert!(
        run.stderr.contains("2 stacks: 1 failed, 1 not begun\n"),
        "{}",
        run.stderr
    );
    assert_eq!(proxy.count("ContinueUpdateRollback"), 1);

    let run = acme.workspace.answer(&["apply"], "all else stops:", "\u{3}").expect(1);
    assert!(
        run.stdout.ends_with("error: interrupted; nothing was changed\n")
            && run.stdout.matches("all else stops:").count() == 1,
        "{}",
        run.stdout
    );

    proxy.on(
        "ContinueUpdateRollback",
        2..=2,
        Effect::Delay(Duration::from_millis(500)),
    );
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("ContinueUpdateRollback") < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.interrupt();
    let run = running.wait().expect(1);
    assert!(
        run.stderr.contains("interrupted: the operation on acme goes on")
            && run.stderr.contains("2 stacks: 1 interrupted, 1 not begun\n")
            && run
                .stderr
                .ends_with("error: interrupted; what was not begun is as before\n"),
        "{}",
        run.stderr
    );
    let begun = (proxy.count("ContinueUpdateRollback"), proxy.count("ExecuteChangeSet"));
    assert_eq!(begun, (2, executed));
}

#[test]
fn reading_is_side_by_side_and_bounded_and_two_calls_a_stack() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let names = light(&acme, 20);
    let run = acme.workspace.run(&["apply", "--yes"]).expect(0);
    assert!(run.stderr.contains("20 stacks: 20 done"), "{}", run.stderr);
    assert_eq!(proxy.count("ExecuteChangeSet"), 20);
    let most = proxy.at_once("ExecuteChangeSet");
    assert!(most <= 10, "{most}");

    // Long after the change a stack costs two calls, and the run one more.
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
    let run = acme.workspace.run(&["apply", "--yes"]).expect(0);
    assert!(run.stderr.contains("20 stacks: 20 nothing to do"), "{}", run.stderr);
    let mut calls = proxy.calls()[before..].to_vec();
    assert_eq!(calls.remove(0), "GetCallerIdentity");
    calls.sort_unstable();
    let of_each = |action: &'static str| std::iter::repeat_n(action, names.len());
    assert_eq!(
        calls,
        of_each("DescribeStacks")
            .chain(of_each("GetTemplate"))
            .collect::<Vec<_>>()
    );

    // Ten at a time, and no more.
    proxy.clear();
    proxy.on("GetTemplate", 1..=usize::MAX, Effect::Delay(Duration::from_millis(300)));
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    assert_eq!(proxy.at_once("GetTemplate"), 10);
}

#[test]
fn what_cannot_be_read_is_named_and_hides_nothing() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    for name in ["beta", "carol"] {
        acme.workspace.file(&format!("stacks/{name}.yaml"), &named(name));
    }
    let refused = Effect::Error {
        status: 403,
        code: "AccessDenied",
        message: "not authorized",
    };
    proxy.on_those("DescribeStacks", "StackName=beta", refused);
    let diff = |arguments: &[&str]| {
        acme.workspace
            .run(&[&["diff", "--exit-code"], arguments].concat())
            .expect(1)
    };
    let text = diff(&[]);
    for shown in ["acme in us-west-2\n\n  + ", "carol in us-west-2\n\n  + "] {
        assert!(text.stdout.contains(shown), "{}", text.stdout);
    }
    let at = text.stdout.find("beta in").unwrap();
    let unread: Vec<&str> = text.stdout[at..].lines().take(2).collect();
    insta::assert_snapshot!(
        "many_unread",
        text.normal(&format!("{}\n--- stderr\n{}", unread.join("\n"), text.stderr))
    );

    let json = diff(&["--format", "json"]);
    as_documented("diff", &json.stdout);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        json[1]["error"],
        "cloudformation:DescribeStacks: not authorized (AccessDenied)"
    );
    assert_eq!(
        (&json[0]["error"], &json[1]["change_sets"]),
        (&Value::Null, &Value::Null)
    );
    let markdown = diff(&["--format", "markdown", "--out", "plan.json"]);
    assert!(
        markdown
            .stdout
            .contains("### deployer diff: 2 of 3 stacks change, 1 could not be read\n"),
        "{}",
        markdown.stdout
    );
    assert!(!acme.workspace.path().join("plan.json").exists());

    // An apply goes on with the others, and its plan says which is left alone.
    let run = acme.workspace.run(&["apply", "--yes"]).expect(1);
    assert!(
        run.stderr.contains(
            "beta in us-west-2\n  not planned: cloudformation:DescribeStacks: not authorized (AccessDenied)\n"
        ),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("3 stacks: 2 done, 1 failed\n"), "{}", run.stderr);
}

#[test]
fn after_a_failure_a_plan_is_to_be_made_anew() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.workspace.file("stacks/beta.yaml", &named("beta"));
    acme.workspace.run(&["diff", "--out", "plan.json"]).expect(0);
    let account = acme.workspace.account();
    Ministack::shared().fail(account, "beta", "create", "AWS::KMS::Key", "It is refused", 1);
    let run = acme.workspace.run(&["apply", "--plan", "plan.json"]).expect(1);
    assert!(
        run.stderr
            .contains("  next: mend the cause, then: deployer diff stacks/beta.yaml --out plan.json\n"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .ends_with("  acme  done\n  beta  failed\n2 stacks: 1 done, 1 failed\n  next: deployer diff stacks/beta.yaml --out plan.json\n"),
        "{}",
        run.stderr
    );
    acme.workspace
        .run(&["diff", "stacks/beta.yaml", "--out", "plan.json"])
        .expect(0);
    acme.workspace
        .run(&["apply", "stacks/beta.yaml", "--plan", "plan.json"])
        .expect(0);
}
