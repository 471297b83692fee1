//! The placeholders.

use crate::support::normalise::normalise;

#[test]
fn placeholders_are_of_a_fixed_width() {
    let told = [
        ("pool us-west-2_AbCdEf123 exists", "pool us-west-2_000000000 exists"),
        (
            "arn:aws:kms:us-west-2:111122223333:key/b64f804e-4c19-41b5-889b-d5908e79af9a.",
            "arn:aws:kms:us-west-2:111122223333:key/00000000-0000-0000-0000-000000000000.",
        ),
        ("at 2026-11-21T20:48:16.807Z: done", "at 2000-01-01T00:00:00Z done"),
        ("http://127.0.0.1:55471/x", "http://127.0.0.1:00000/x"),
        ("acme-Function-82F15019073F5", "acme-Function-000000000000"),
        ("took 12.3s, then 4.5ms", "took 0.0s, then 0.0s"),
        (
            "custom_sms_sender: handler, memory_mb: 256",
            "custom_sms_sender: handler, memory_mb: 256",
        ),
    ];
    for (from, to) in told {
        assert_eq!(normalise(from), to);
    }
    assert_eq!(
        normalise(&format!("{}.zip", "a1".repeat(32))),
        format!("{}.zip", "0".repeat(64))
    );
}
