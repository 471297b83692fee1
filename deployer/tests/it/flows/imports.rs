//! The change set that takes a pool in, on bad days and into a stack that has resources already.

use super::adopt::on;
use super::kills::wait_until_still;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

impl Acme {
    /// `pool` of a stack file that takes a pool in as it is; the rest of an adopted file is not wanted.
    fn imported(&self, id: &str) -> String {
        self.workspace
            .run(&["adopt", id, "--name", "draft", "--file", "draft/draft.yaml"])
            .expect(0);
        let draft = self.read("draft/draft.yaml");
        let pool = draft.split("\npool:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        format!("pool:\n{pool}\n")
    }
}

/// What a stack file has for a pool of the stack's own.
fn new_pool() -> String {
    let file = sender();
    let (from, to) = (file.find("pool:\n").unwrap(), file.find("triggers:\n").unwrap());
    file[from..to].to_owned()
}

/// Killed at each call that changes something, the next apply of the file finishes.
#[test]
fn an_adoption_that_was_killed_is_finished_by_apply() {
    let turns = [
        ("CreateChangeSet", 1, false),
        ("CreateChangeSet", 1, true),
        ("ExecuteChangeSet", 1, false),
        ("ExecuteChangeSet", 1, true),
        ("CreateChangeSet", 2, false),
        ("CreateChangeSet", 2, true),
        ("ExecuteChangeSet", 2, true),
    ];
    std::thread::scope(|scope| {
        for (action, number, after) in turns {
            scope.spawn(move || {
                let proxy = Proxy::before(Ministack::shared().address());
                let acme = on(Workspace::offline().at(proxy.endpoint()));
                let id = acme.old_pool();
                let before = acme.described(&id);
                let effect = if after { Effect::HoldAfter } else { Effect::HoldBefore };
                proxy.on(action, number..=number, effect);
                let mut running = acme.workspace.spawn(&["adopt", &id, "--name", "acme", "--yes"]);
                while !proxy.holds() && !running.ended() {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                assert!(proxy.holds(), "{action} {number}");
                running.kill();
                proxy.clear();
                wait_until_still(&acme);
                acme.apply(0);
                assert_eq!(acme.described(&id), before, "{action} {number} {after}");
                assert_eq!(acme.output("PoolId"), id);
                assert!(acme.diff().contains("nothing to do"));
                assert_eq!((acme.pool_count(), acme.change_sets()), (1, 0));
            });
        }
    });
}

/// A workspace without the right to ask a function whether it could serve: the idle one never answers.
fn idle() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    proxy.refuse("GenerateDataKey", 400, "AccessDeniedException", "not authorized");
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    (proxy, acme)
}

/// An import that fails leaves the pool as it was, and the next apply begins anew.
#[test]
fn an_import_that_failed_is_tried_again() {
    let acme = on(Workspace::online());
    let fail = || {
        let (account, kind) = (acme.workspace.account(), "AWS::Cognito::UserPool");
        Ministack::shared().fail(account, "acme", "import", kind, "The pool is busy", 1);
    };
    let id = acme.old_pool();
    let before = acme.described(&id);
    fail();
    let run = acme.workspace.run(&["adopt", &id, "--name", "acme", "--yes"]).expect(1);
    let failed = run.stderr.split("IMPORT_IN_PROGRESS\n").last().unwrap();
    insta::assert_snapshot!("import_failed", run.normal(failed));
    assert_eq!(acme.status().as_deref(), Some("ROLLBACK_COMPLETE"));
    assert_eq!(acme.described(&id), before);
    let shown = acme.apply(0);
    assert!(shown.contains("the failed, empty stack is deleted first"), "{shown}");
    assert_eq!(acme.output("PoolId"), id);
    assert_eq!((acme.described(&id), acme.pool_count()), (before, 1));

    // In a stack that has resources, they stay.
    let (_proxy, beside) = idle();
    let id = beside.pool(None);
    let file = sender().replace(&new_pool(), &format!("pool: {{existing: {id}}}\n"));
    beside.write(&file);
    beside.apply(0);
    let function = beside.output("FunctionArn");
    beside.write(&file.replace(&format!("pool: {{existing: {id}}}\n"), &beside.imported(&id)));
    let account = beside.workspace.account();
    Ministack::shared().fail(
        account,
        "acme",
        "import",
        "AWS::Cognito::UserPool",
        "The pool is busy",
        1,
    );
    let failed = beside.apply(1);
    assert!(
        failed.contains("acme is in IMPORT_ROLLBACK_COMPLETE: the pool is outside the stack, as it was"),
        "{failed}"
    );
    assert_eq!(beside.output("FunctionArn"), function);
}

/// A stack that stands beside its pool takes the pool in: function and key stay the same.
#[test]
fn a_stack_beside_its_pool_takes_it_in() {
    let (_proxy, acme) = idle();
    let id = acme.pool(None);
    let beside = sender().replace(&new_pool(), &format!("pool: {{existing: {id}}}\n"));
    assert!(beside.contains(&id));
    acme.write(&format!("{beside}tags: {{team: old}}\n"));
    acme.apply(0);
    let (function, key) = (acme.output("FunctionArn"), acme.output("KeyArn"));

    let file = beside.replace(&format!("pool: {{existing: {id}}}\n"), &acme.imported(&id));
    acme.write(&format!("{file}tags: {{team: new}}\n"));
    let shown = acme.diff();
    // The pool calls nothing new, so nothing has to be prepared for it.
    assert!(
        shown.contains("change set 1 of 2: take the pool into the stack as it is")
            && shown.contains("change set 2 of 2: bring what the file adds and changes\n")
            && !shown.contains("LambdaConfig")
            && shown.contains("team: old → new"),
        "{shown}"
    );
    acme.apply(0);
    assert_eq!((acme.output("FunctionArn"), acme.output("KeyArn")), (function, key));
    assert_eq!(acme.output("PoolId"), id);
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
    assert!(acme.diff().contains("nothing to do"));
}

/// A file that never agreed with the pool is found out, although the deployed template is the file's.
#[test]
fn what_can_never_change_is_compared_with_the_live_pool() {
    let acme = on(Workspace::online());
    let id = acme.pool(None);
    acme.workspace.run(&["adopt", &id, "--name", "acme"]).expect(0);
    let file = acme.read("stacks/acme.yaml");
    let wrong = file.replace("UsernameAttributes: [email]", "UsernameAttributes: [phone_number]");
    assert_ne!(file, wrong);
    acme.write(&wrong);
    let shown = acme.apply(3);
    assert!(
        shown.contains("stop [immutable-property] Pool.UsernameAttributes:"),
        "{shown}"
    );
    assert_eq!(acme.status(), None);

    acme.write(&file);
    acme.apply(0);
    // Somebody made another pool of this file's stack: the template agrees, the pool does not.
    let proxy = Proxy::before(Ministack::shared().address());
    let lie = |body: String| body.replace("\"UsernameAttributes\": [\"email\"]", "\"UsernameAttributes\": []");
    let behind = Acme {
        workspace: acme.workspace.at(proxy.endpoint()),
    };
    proxy.on("DescribeUserPool", 1..=usize::MAX, Effect::Rewrite(lie));
    // Nobody made the pool from the file, so it is looked at when nothing changes too: one call more.
    let never = "UsernameAttributes of the live pool is none, and it can never change";
    let shown = behind.diff();
    assert!(shown.contains(never), "{shown}");
    let calls = ["GetCallerIdentity", "DescribeStacks", "GetTemplate", "DescribeUserPool"];
    assert_eq!(proxy.calls(), calls);
    let shown = behind.apply(3);
    assert!(
        shown.contains("stop [immutable-property] Pool.UsernameAttributes:"),
        "{shown}"
    );
    behind.write(&file.replace("MinimumLength: 12", "MinimumLength: 14"));
    let shown = behind.diff();
    assert!(shown.contains(never), "{shown}");
}
