//! The events in `examples/events/` are what the function reads.

use std::path::Path;

use handler::event::SenderEvent;
use serde_json::Value;

use crate::function::{Function, Setup};

#[test]
fn every_example_is_an_event_that_is_delivered() {
    let function = Function::start(Setup::default());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/events");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let event: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let purpose = SenderEvent::from_json(&event).unwrap().purpose;
        assert!(
            path.ends_with(format!("custom-sms-sender-{}.json", purpose.name())),
            "{}",
            path.display()
        );
        assert!(!function.invoke(&event).failed, "{}", path.display());
        count += 1;
        assert_eq!(function.texts().len(), count, "{}", path.display());
    }
    assert_eq!(count, 3);
}
