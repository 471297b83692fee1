//! Questions on a terminal, and what an answer other than yes leaves: nothing.

use super::Acme;

#[test]
fn only_yes_goes_on() {
    let acme = Acme::new();
    for answer in ["no", "y", ""] {
        let run = acme
            .workspace
            .answer(&["apply"], "Only `yes` goes on:", answer)
            .expect(1);
        assert!(
            run.stdout.contains("not applied; nothing was changed"),
            "{}",
            run.stdout
        );
        assert_eq!(acme.status(), None);
    }
    acme.workspace
        .answer(&["apply"], "Only `yes` goes on:", "yes")
        .expect(0);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));

    let destroy = ["destroy", "stacks/acme.yaml"];
    acme.workspace
        .answer(&destroy, "Type the stack's name to go on:", "yes")
        .expect(1);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
    acme.workspace
        .answer(&destroy, "Type the stack's name to go on:", "acme")
        .expect(0);
    assert_eq!(acme.status(), None);
}

#[test]
fn ctrl_c_at_the_question_takes_everything_back() {
    let acme = Acme::new();
    // What a terminal sends for Ctrl-C.
    let run = acme
        .workspace
        .answer(&["apply"], "Only `yes` goes on:", "\u{3}")
        .expect(1);
    assert!(run.stdout.contains("nothing was changed"), "{}", run.stdout);
    assert_eq!(acme.status(), None);
}
