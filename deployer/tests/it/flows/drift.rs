//! What somebody changed behind the stack's back: found, accepted into the file, put back.

use std::fs;

use aws_sdk_cognitoidentityprovider::types::{
    LambdaConfigType, PasswordPolicyType, UserPoolMfaType, UserPoolPolicyType,
};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::attach::{Attached, attaching, lived_in};
use super::{Acme, sender};
use crate::output::FULL_DISK;
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// A file with remarks, and with properties that somebody may change elsewhere.
fn remarked() -> String {
    sender().replace(
        "      UsernameAttributes: [phone_number]\n",
        "      UsernameAttributes: [phone_number] # for good
      # Asked for by the auditors.
      Policies: {PasswordPolicy: {MinimumLength: 12, RequireSymbols: true}} # since May
      DeletionProtection: ACTIVE # never touch
      UserPoolTags: {cost: \"7\"}
",
    )
}

impl Acme {
    fn drift(&self, arguments: &[&str], code: i32) -> Run {
        let all: Vec<&str> = ["drift"].into_iter().chain(arguments.iter().copied()).collect();
        self.workspace.run(&all).expect(code)
    }

    /// Each member that is not as declared, with its standing.
    fn members(&self) -> Vec<(String, String)> {
        let run = self.workspace.run(&["drift", "--format", "json"]).expect(0);
        let stacks: Value = serde_json::from_str(&run.stdout).unwrap();
        let members = stacks[0]["members"].as_array().unwrap().iter().map(|member| {
            let path: Vec<&str> = member["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().unwrap())
                .collect();
            let name = format!("{}.{}", member["resource"].as_str().unwrap(), path.join("."));
            (name, member["standing"].as_str().unwrap().to_owned())
        });
        members.collect()
    }

    fn drifted(&self) -> Vec<String> {
        let drifted = |(name, standing): (String, String)| (standing == "drifted").then_some(name);
        self.members().into_iter().filter_map(drifted).collect()
    }

    /// The stack file as it is.
    fn text(&self) -> String {
        fs::read_to_string(self.workspace.path().join("stacks/acme.yaml")).unwrap()
    }

    /// Somebody asks for shorter passwords, and for a second factor.
    pub(super) fn loosen_the_pool(&self) {
        let passwords = PasswordPolicyType::builder()
            .minimum_length(6)
            .require_symbols(true)
            .temporary_password_validity_days(7)
            .build();
        let update = self
            .pools()
            .update_user_pool()
            .user_pool_id(self.output("PoolId"))
            .policies(UserPoolPolicyType::builder().password_policy(passwords).build())
            .mfa_configuration(UserPoolMfaType::Optional);
        wait(update.send()).unwrap();
    }

    fn queue_keeps(&self, seconds: &str) {
        let sqs = aws_sdk_sqs::Client::new(&self.workspace.sdk());
        let set = sqs
            .set_queue_attributes()
            .queue_url(self.output("DeadLetterQueueUrl"))
            .attributes(QueueAttributeName::MessageRetentionPeriod, seconds);
        wait(set.send()).unwrap();
    }

    fn change_the_code(&self) {
        let lambda = aws_sdk_lambda::Client::new(&self.workspace.sdk());
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("bootstrap", options).unwrap();
        let zip = Blob::new(zip.finish().unwrap().into_inner());
        let update = lambda.update_function_code().function_name(self.output("FunctionName"));
        wait(update.zip_file(zip).send()).unwrap();
    }
}

/// Hashes of code differ with the toolchain.
fn without_hashes(run: &Run) -> String {
    let text = run.snapshot();
    let mut lines = Vec::new();
    for line in text.lines() {
        let hash = line.find("Code.SHA-256: ").map(|at| at + "Code.SHA-256: ".len());
        lines.push(hash.map_or_else(
            || line.to_owned(),
            |at| format!("{}declared AAAA…=, live BBBB…=", &line[..at]),
        ));
    }
    lines.join("\n")
}

#[test]
fn a_full_disk_leaves_the_stack_file_and_no_plan() {
    let acme = Acme::new();
    acme.write(&remarked());
    acme.apply(0);
    acme.loosen_the_pool();
    let before = acme.text();
    let accept = ["drift", "stacks/acme.yaml", "--accept", "--yes"];
    let run = acme.workspace.run_by(FULL_DISK, &accept).expect(1);
    assert!(run.stderr.contains("File too large"), "{}", run.stderr);
    assert_eq!(acme.text(), before);
    let plan = ["diff", "stacks/acme.yaml", "--out", "stacks/plan.json"];
    let run = acme.workspace.run_by(FULL_DISK, &plan).expect(1);
    assert!(run.stderr.contains("File too large"), "{}", run.stderr);
    let folder = fs::read_dir(acme.workspace.path().join("stacks")).unwrap();
    assert_eq!(folder.count(), 1);
    acme.workspace.run(&accept).expect(0);
    assert_ne!(acme.text(), before);
}

#[test]
fn nothing_drifted() {
    let acme = Acme::new();
    insta::assert_snapshot!("drift_not_deployed", acme.drift(&[], 0).snapshot());
    acme.apply(0);
    insta::assert_snapshot!("drift_none", acme.drift(&["--exit-code"], 0).snapshot());
    assert_eq!(acme.members(), []);
    // What the file says and nobody applied is no drift.
    acme.write(&sender().replace(
        "      UserPoolName: acme\n",
        "      UserPoolName: acme\n      MfaConfiguration: OPTIONAL\n",
    ));
    assert_eq!(
        acme.members(),
        [("Pool.MfaConfiguration".to_owned(), "not-applied".to_owned())]
    );
    acme.drift(&["--exit-code"], 0);
}

#[test]
fn what_was_changed_elsewhere_is_named() {
    let acme = Acme::new();
    acme.write(&remarked());
    acme.apply(0);
    acme.loosen_the_pool();
    acme.queue_keeps("60");
    acme.change_the_code();
    let shown = acme.drift(&["--exit-code"], 2);
    insta::assert_snapshot!("drift_found", without_hashes(&shown));
    let json = acme.drift(&["--format", "json"], 0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json[0]["version"], &json[0]["drifted"]), (&1.into(), &true.into()));
    let checked: Vec<&Value> = json[0]["not_checked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["resource"])
        .collect();
    assert!(
        checked.contains(&&"Key".into()) && !checked.contains(&&"DeadLetterQueue".into()),
        "{checked:?}"
    );

    // A trigger of the stack's own leaves the pool, and somebody else's comes.
    let config = LambdaConfigType::builder()
        .post_confirmation("arn:aws:lambda:us-west-2:111122223333:function:checks")
        .build();
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    wait(update.lambda_config(config).send()).unwrap();
    let drifted = acme.drifted();
    for member in ["CustomSMSSender", "KMSKeyID", "PostConfirmation"] {
        assert!(drifted.contains(&format!("Pool.LambdaConfig.{member}")), "{drifted:?}");
    }
}

#[test]
fn what_is_gone_and_what_is_refused_is_said() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    let sqs = aws_sdk_sqs::Client::new(&acme.workspace.sdk());
    wait(sqs.delete_queue().queue_url(acme.output("DeadLetterQueueUrl")).send()).unwrap();
    let delete = acme.pools().delete_user_pool().user_pool_id(acme.output("PoolId"));
    wait(delete.send()).unwrap();
    let shown = acme.drift(&["--exit-code"], 2).stdout;
    assert_eq!(shown.matches("gone: somebody deleted it").count(), 2, "{shown}");
    proxy.refuse("DetectStackDrift", 403, "AccessDenied", "User is not authorized");
    let refused = acme.drift(&[], 1);
    assert!(
        refused
            .stdout
            .contains("not read: cloudformation:DetectStackDrift: User is not authorized"),
        "{}",
        refused.stdout
    );
    assert!(refused.stdout.contains("DeadLetterQueue, "), "{}", refused.stdout);
}

#[test]
fn accepting_writes_what_is_live_into_the_file_and_keeps_its_comments() {
    let acme = Acme::new();
    acme.write(&remarked());
    acme.apply(0);
    acme.loosen_the_pool();
    acme.queue_keeps("60");
    let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let update = lambda
        .update_function_configuration()
        .function_name(acme.output("FunctionName"));
    wait(update.memory_size(512).send()).unwrap();

    // One member, then the rest; what no file can say stays, and is named.
    acme.drift(&["--accept"], 64);
    let one = acme.drift(&["--accept", "--yes", "--only", "Pool.MfaConfiguration"], 0);
    insta::assert_snapshot!("drift_accept_one", one.snapshot());
    let rest = acme.drift(&["--accept", "--yes"], 1);
    insta::assert_snapshot!("drift_accept_rest", rest.snapshot());
    insta::assert_snapshot!("drift_accepted_file", acme.text());
    assert_eq!(acme.drifted(), ["DeadLetterQueue.MessageRetentionPeriod"]);

    // The deployed template follows, and nothing is left to do.
    acme.apply(0);
    assert!(acme.diff().contains("nothing to do"));
    acme.queue_keeps("345600");
    acme.drift(&["--exit-code"], 0);
}

#[test]
fn a_member_that_does_not_exist_is_an_error_and_what_is_declared_nowhere_is_apart() {
    let acme = Acme::new();
    acme.apply(0);
    let policy = PasswordPolicyType::builder().minimum_length(20).build();
    let policies = UserPoolPolicyType::builder().password_policy(policy).build();
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    wait(update.policies(policies).send()).unwrap();

    let shown = acme.drift(&[], 0).stdout;
    assert!(shown.contains("nothing drifted"), "{shown}");
    let (_, apart) = shown
        .split_once("declared nowhere, and not Cognito's default: ")
        .unwrap();
    assert!(
        apart.contains("Policies.PasswordPolicy.MinimumLength: not declared, live 20"),
        "{shown}"
    );

    let file = acme.text();
    for act in ["--revert", "--accept"] {
        for nope in ["Pool.Nope", "Pol.Policies", "Pool.Policies.Nope"] {
            let refused = acme.drift(&[act, "--yes", "--only", nope], 64);
            assert!(
                refused.stderr.contains(&format!("`--only {nope}` names no member")),
                "{}",
                refused.stderr
            );
        }
        // It agrees, or is declared nowhere: there is nothing to do.
        acme.drift(&[act, "--yes", "--only", "Pool.MfaConfiguration"], 0);
        acme.drift(&[act, "--yes", "--only", "Pool.Policies"], 0);
    }
    assert_eq!(acme.text(), file);
    // By its own name it is accepted.
    acme.drift(
        &[
            "--accept",
            "--yes",
            "--only",
            "Pool.Policies.PasswordPolicy.MinimumLength",
        ],
        0,
    );
    assert!(acme.text().contains("20"), "{}", acme.text());
}

#[test]
fn putting_back_is_one_update_that_is_shown_compared_and_looked_at_again() {
    let acme = Acme::new();
    acme.write(&remarked());
    acme.apply(0);
    acme.loosen_the_pool();
    let checks = "arn:aws:lambda:us-west-2:111122223333:function:checks";
    let config = LambdaConfigType::builder().post_confirmation(checks).build();
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    wait(update.lambda_config(config).send()).unwrap();

    // Somebody's trigger would go: that takes a word, and nothing is sent without it.
    let stopped = acme.drift(&["--revert", "--yes"], 3);
    assert!(
        stopped.stderr.contains("stop [trigger-dropped] Pool.PostConfirmation"),
        "{}",
        stopped.stderr
    );
    assert_eq!(acme.triggers(), [] as [&str; 0]);
    let mut arguments = vec!["--revert", "--yes"];
    for member in [
        "Pool.Policies",
        "Pool.LambdaConfig.CustomSMSSender",
        "Pool.LambdaConfig.KMSKeyID",
    ] {
        arguments.extend(["--only", member]);
    }
    insta::assert_snapshot!("drift_revert", acme.drift(&arguments, 0).snapshot());
    assert_eq!(acme.drifted(), ["Pool.LambdaConfig.PostConfirmation"]);
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);

    let word = "acknowledge: [{code: trigger-dropped, resource: Pool.PostConfirmation, to: none, reason: not ours}]\n";
    acme.write(&format!("{}{word}", remarked()));
    acme.drift(&["--revert", "--yes"], 0);
    acme.drift(&["--exit-code"], 0);

    // Nothing is pointed to a function that is not there.
    let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    wait(update.lambda_config(LambdaConfigType::builder().build()).send()).unwrap();
    wait(
        lambda
            .delete_function()
            .function_name(acme.output("FunctionName"))
            .send(),
    )
    .unwrap();
    let refused = acme.drift(&["--revert", "--yes"], 1);
    assert!(
        refused.stderr.contains("the pool would call Function, which is gone"),
        "{}",
        refused.stderr
    );
    assert_eq!(acme.triggers(), [] as [&str; 0]);
}

/// The mode stands in `GetUserPoolMfaConfig` too, and goes back there with it.
#[test]
fn the_mode_of_second_factors_goes_back() {
    let acme = Acme::new();
    let file = remarked().replace(
        "      DeletionProtection:",
        "      MfaConfiguration: \"OFF\"\n      DeletionProtection:",
    );
    acme.write(&file);
    acme.apply(0);
    acme.loosen_the_pool();
    assert!(acme.drifted().contains(&"Pool.MfaConfiguration".to_owned()));
    let back = acme.drift(&["--revert", "--yes"], 0);
    assert!(
        back.stderr.contains("MfaConfiguration: OPTIONAL → OFF"),
        "{}",
        back.stderr
    );
    assert_eq!(acme.drifted(), [] as [&str; 0]);
}

#[test]
fn triggers_that_do_not_stay_are_no_success_and_a_dead_role_stops_before_anything_is_sent() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    wait(update.lambda_config(LambdaConfigType::builder().build()).send()).unwrap();
    let before = proxy.count("UpdateUserPool");

    proxy.refuse("GetRole", 404, "NoSuchEntity", "The role cannot be found.");
    let dead = acme.drift(&["--revert", "--yes"], 3);
    assert!(dead.stderr.contains("stop [sms-role-dead]"), "{}", dead.stderr);
    assert!(dead.stderr.contains("nothing was changed"), "{}", dead.stderr);
    assert_eq!(proxy.count("UpdateUserPool"), before);
    proxy.clear();

    // A service that forgets what it is told of triggers.
    let without = |body: String| body.replace("\"LambdaConfig\":", "\"Unheard\":");
    proxy.on("UpdateUserPool", 1..=usize::MAX, Effect::RewriteRequest(without));
    let lost = acme.drift(&["--revert", "--yes"], 1);
    for words in [
        "not set: LambdaConfig.CustomSMSSender",
        "was updated, and is not as it has to be",
    ] {
        assert!(lost.stderr.contains(words), "{}", lost.stderr);
    }
    assert_eq!(acme.triggers(), [] as [&str; 0]);
}

#[test]
fn what_no_update_of_the_pool_can_put_back_is_named_with_what_can() {
    let acme = Acme::new();
    acme.apply(0);
    acme.queue_keeps("60");
    acme.change_the_code();
    let stays = acme.drift(&["--revert", "--yes"], 1);
    let key = stays
        .stderr
        .split("--s3-key ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!("drift_revert_stays", stays.normal(&stays.stderr.replace(&key, "KEY")));
}

#[test]
fn triggers_of_a_pool_outside_the_stack_are_compared_and_an_apply_puts_them_back() {
    let attached = Attached::new();
    let (acme, pools) = (&attached.acme, attached.acme.workspace.live_pools());
    acme.apply(0);
    let others = attached.others();
    // Somebody else's trigger is theirs.
    let theirs = ("Pool.LambdaConfig.PreSignUp".to_owned(), "not-declared".to_owned());
    assert_eq!(acme.members(), std::slice::from_ref(&theirs));
    acme.drift(&["--exit-code"], 0);

    let mut members = lived_in();
    for fixed in ["PoolName", "UsernameAttributes"] {
        members.as_object_mut().unwrap().shift_remove(fixed);
    }
    pools.update(&attached.pool, &members).unwrap();
    assert_eq!(attached.others(), others);
    assert_eq!(
        acme.drifted(),
        ["Pool.LambdaConfig.CustomSMSSender", "Pool.LambdaConfig.KMSKeyID"]
    );
    let back = acme.drift(&["--revert", "--yes"], 0);
    insta::assert_snapshot!("drift_revert_existing", back.normal(&back.stderr));
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.others(), others);
    assert_eq!(acme.members(), [theirs]);

    // What the file says of the pool's e-mail is put right in the file.
    let said = "email_sending: developer # by SES, they said";
    let line = format!("pool: {{existing: {}}}", attached.pool);
    let remarked = format!("pool:\n  existing: {}\n  {said}", attached.pool);
    acme.write(&attaching(&attached.pool).replace(&line, &remarked));
    assert_eq!(acme.drifted(), ["Pool.EmailConfiguration.EmailSendingAccount"]);
    let stays = acme.drift(&["--revert", "--yes"], 1);
    assert!(
        stays
            .stderr
            .contains("stays: Pool.EmailConfiguration.EmailSendingAccount"),
        "{}",
        stays.stderr
    );
    let accepted = acme.drift(&["--accept", "--yes"], 0);
    assert!(accepted.stderr.contains("a diff is empty"), "{}", accepted.stderr);
    assert!(
        acme.text()
            .contains("  email_sending: cognito_default # by SES, they said\n"),
        "{}",
        acme.text()
    );
    acme.drift(&["--exit-code"], 0);
    assert!(acme.diff().contains("nothing to do"));
    assert_eq!(
        attached.trigger("PreSignUp"),
        json!("arn:aws:lambda:us-west-2:111122223333:function:checks")
    );
}

#[test]
fn nobody_is_asked_twice_and_no_means_no() {
    let acme = Acme::new();
    acme.write(&remarked());
    acme.apply(0);
    acme.loosen_the_pool();
    let answer = |flag: &str, question: &str| acme.workspace.answer(&["drift", flag], question, "y").expect(1);
    let text = acme.text();
    assert!(
        answer("--accept", "Write these lines? Only `yes` goes on:")
            .stdout
            .contains("nothing was changed")
    );
    assert!(
        answer("--revert", "Put these back? Only `yes` goes on:")
            .stdout
            .contains("nothing was changed")
    );
    assert_eq!(acme.text(), text);
    assert_eq!(acme.drifted(), ["Pool.Policies.PasswordPolicy.MinimumLength"]);
}
