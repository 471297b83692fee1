//! The fuzzer's corpus, replayed: what it looks for holds here too, with no fuzzer.

#[path = "../../fuzz/src/message.rs"]
mod message;

use std::collections::BTreeSet;
use std::fs;

use self::message::{KNOWN, check};

#[test]
fn nothing_in_the_corpus_is_opened_but_what_an_encryption_sdk_made() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/decrypt");
    let corpus: BTreeSet<Vec<u8>> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    for bytes in &corpus {
        check(bytes);
    }
    for made in &KNOWN.messages {
        assert!(
            corpus.contains(&made.bytes),
            "a message of the fixtures is not in the corpus"
        );
    }
    assert!(corpus.len() > KNOWN.messages.len(), "what the fuzzer found is gone");
}
