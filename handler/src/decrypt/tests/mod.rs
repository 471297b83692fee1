//! Messages of the Encryption SDKs for Python and JavaScript, replayed: accepted, refused by name, cut and flipped.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should fail where it stands"
)]

mod vectors;

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::vectors::{Case, JAVASCRIPT, PYTHON};
use super::*;

#[tokio::test]
async fn every_accepted_message_is_decrypted() {
    let mut accepted = 0;
    for case in Case::all().iter().filter(|case| !case.name.starts_with("refused: ")) {
        assert_eq!(
            case.open(&case.bytes).await.as_deref(),
            Ok(case.local.message["text"].as_str().unwrap()),
            "{}",
            case.name
        );
        assert_eq!(case.local.calls.load(Ordering::Relaxed), 1, "{}", case.name);
        accepted += 1;
    }
    assert_eq!(accepted, 10 + 9);
}

#[tokio::test]
async fn a_text_over_the_limit_is_refused_before_it_is_decoded() {
    let case = &Case::all()[0];
    let open_text = async |length: usize| {
        let text = "A".repeat(length);
        open(&text, &case.pool(), &case.keys, &case.local).await.unwrap_err()
    };
    assert_ne!(open_text(16 * 1024).await, DecryptError::TooLarge);
    assert_eq!(open_text(16 * 1024 + 4).await, DecryptError::TooLarge);
}

#[tokio::test]
async fn every_other_message_is_refused_by_name_and_kms_is_not_asked() {
    let mut reasons = Vec::new();
    for case in Case::all().iter().filter(|case| case.name.starts_with("refused: ")) {
        let error = case.open(&case.bytes).await.unwrap_err();
        let asked = case.local.calls.load(Ordering::Relaxed) > 0;
        let needs_plaintext = matches!(error, DecryptError::NotText | DecryptError::Empty);
        assert_eq!(asked, needs_plaintext, "{}", case.name);
        reasons.push(format!(
            "{}: {} => {}",
            case.maker,
            &case.name["refused: ".len()..],
            error.code()
        ));
    }
    insta::assert_snapshot!(reasons.join("\n"), @"
    Python: empty => decrypt-empty
    Python: both keys of the stack => decrypt-several-known-keys
    Python: a stranger's key => decrypt-no-known-key
    Python: other provider => decrypt-no-known-key
    Python: other pool => decrypt-other-pool
    Python: no pool => decrypt-no-pool
    Python: not framed => decrypt-not-framed
    Python: not signed => decrypt-suite
    Python: committed, not signed => decrypt-suite
    Python: 192 bits => decrypt-suite
    Python: not text => decrypt-not-text
    Python: too many frames => decrypt-frames
    JavaScript: empty => decrypt-empty
    JavaScript: both keys of the stack => decrypt-several-known-keys
    JavaScript: a stranger's key => decrypt-no-known-key
    JavaScript: other provider => decrypt-no-known-key
    JavaScript: other pool => decrypt-other-pool
    JavaScript: no pool => decrypt-no-pool
    JavaScript: not signed => decrypt-suite
    JavaScript: committed, not signed => decrypt-suite
    JavaScript: 192 bits => decrypt-suite
    JavaScript: not text => decrypt-not-text
    JavaScript: too many frames => decrypt-frames
    ");
}

#[tokio::test]
async fn the_previous_key_is_refused_once_it_is_gone() {
    let mut case = Case::python("previous key");
    case.keys.previous = None;
    assert_eq!(case.open(&case.bytes).await, Err(DecryptError::NoKnownKey));
}

#[tokio::test]
async fn each_check_refuses_what_the_checks_before_it_let_pass() {
    let signed = Case::python("signed");
    let committed = Case::python("committed");
    let header_end = |case: &Case| case.position(&[0xff; 4]);
    let last = signed.bytes.len() - 1;
    for (case, position, wanted) in [
        (&signed, 0, DecryptError::UnknownFormat),
        (&signed, 1, DecryptError::UnknownFormat),
        (&signed, 3, DecryptError::Suite(0x0379)),
        (&committed, 2, DecryptError::Suite(0x0579)),
        (&signed, 21, DecryptError::Header("encryption context")),
        (&signed, header_end(&signed) - 1, DecryptError::HeaderTag),
        (&committed, header_end(&committed) - 1, DecryptError::HeaderTag),
        (&committed, header_end(&committed) - 17, DecryptError::Commitment),
        (&signed, header_end(&signed) + 7, DecryptError::Frames),
        (&signed, header_end(&signed) + 24, DecryptError::FrameTag),
        (&committed, header_end(&committed) + 24, DecryptError::FrameTag),
        (&signed, last, DecryptError::Signature),
    ] {
        let mut bytes = case.bytes.clone();
        bytes[position] ^= 1;
        assert_eq!(case.open(&bytes).await, Err(wanted), "{} {position}", case.name);
    }

    for case in [&signed, &committed] {
        for trailing in [&[0][..], &case.bytes] {
            let longer = [&case.bytes, trailing].concat();
            assert_eq!(case.open(&longer).await, Err(DecryptError::TrailingBytes));
        }
    }

    // The context begins after version, type (in version 1), suite and message id.
    for (case, context) in [(&signed, 4 + 16), (&committed, 3 + 32)] {
        let length = usize::from(u16::from_be_bytes([case.bytes[context], case.bytes[context + 1]]));
        let without = [&case.bytes[..context], &[0, 0], &case.bytes[context + 2 + length..]].concat();
        assert_eq!(case.open(&without).await, Err(DecryptError::VerificationKey));
    }

    let mut other_suite = signed.bytes.clone();
    other_suite[2..4].copy_from_slice(&[0x05, 0x78]);
    assert_eq!(signed.open(&other_suite).await, Err(DecryptError::SuiteOfOtherFormat));
}

#[tokio::test]
async fn a_data_key_of_another_length_or_a_refusal_of_kms_is_named() {
    let mut case = Case::python("signed");
    case.local.message["data_keys"][0]["data_key"] = STANDARD.encode([7; 16]).into();
    assert_eq!(case.open(&case.bytes).await, Err(DataKeyError::Length.into()));
    case.local.message["data_keys"][0]["data_key"] = STANDARD.encode([7; 32]).into();
    assert_eq!(case.open(&case.bytes).await, Err(DecryptError::HeaderTag));
    case.local.message["context"]["userpool-id"] = "eu-west-1_Other".into();
    let error = case.open(&case.bytes).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "decrypt the code: KMS refused the data key: `InvalidCiphertextException`"
    );
}

#[tokio::test]
async fn base64_is_bounded_and_strict() {
    let case = Case::python("signed");
    let open = async |code: &str| {
        open(code, &case.pool(), &case.keys, &case.local)
            .await
            .map(|text| text.expose().clone())
    };
    assert_eq!(open(&STANDARD.encode(&case.bytes)).await.as_deref(), Ok("123456"));
    assert_eq!(open("123456").await, Err(DecryptError::NotBase64));
    assert_eq!(open(&"A".repeat(16 * 1024 + 4)).await, Err(DecryptError::TooLarge));
    let longest = open(&"A".repeat(16 * 1024)).await;
    assert!(
        longest.is_err_and(|error| error != DecryptError::TooLarge),
        "16 KiB are read"
    );
    assert_eq!(open(&"A".repeat(16 * 1024 + 1)).await, Err(DecryptError::TooLarge));
    assert_eq!(open("").await, Err(DecryptError::CutOff));
}

#[tokio::test]
async fn every_truncation_is_refused() {
    for (maker, name) in [
        (PYTHON, "signed"),
        (PYTHON, "committed"),
        (PYTHON, "several frames"),
        (JAVASCRIPT, "signed"),
        (JAVASCRIPT, "committed"),
    ] {
        let case = Case::named(maker, name);
        for length in 0..case.bytes.len() {
            assert_eq!(
                case.open(&case.bytes[..length]).await,
                Err(DecryptError::CutOff),
                "{maker}: {name} cut to {length}"
            );
        }
    }
}

#[tokio::test]
async fn every_flipped_bit_is_refused() {
    for (maker, name) in [
        (PYTHON, "signed"),
        (PYTHON, "committed"),
        (JAVASCRIPT, "signed"),
        (JAVASCRIPT, "committed"),
    ] {
        let case = Case::named(maker, name);
        for bit in 0..case.bytes.len() * 8 {
            let mut bytes = case.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(
                case.open(&bytes).await.is_err(),
                "{maker}: {name} with bit {bit} flipped"
            );
        }
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn opened(case: &Case, bytes: &[u8]) -> Result<String, DecryptError> {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(case.open(bytes))
    }

    proptest! {
        #[test]
        fn a_message_with_any_part_replaced_is_refused(
            committed: bool, position: prop::sample::Index, part in prop::collection::vec(any::<u8>(), 0..64), removed in 0_usize..64,
        ) {
            let case = Case::named(PYTHON, if committed { "committed" } else { "signed" });
            let start = position.index(case.bytes.len());
            let end = (start + removed).min(case.bytes.len());
            let bytes = [&case.bytes[..start], &part, &case.bytes[end..]].concat();
            prop_assume!(bytes != case.bytes);
            prop_assert!(opened(&case, &bytes).is_err());
        }

        #[test]
        fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..512)) {
            let case = Case::python("signed");
            prop_assert!(opened(&case, &noise).is_err());
            prop_assert!(opened(&case, &[&case.bytes[..4], &noise].concat()).is_err());
        }
    }
}
