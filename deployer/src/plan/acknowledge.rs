//! A person's word on a finding, from the stack file.

use crate::finding::{Code, Finding, Level};
use crate::spec::Acknowledgement;

/// Findings, sorted by whether somebody has answered for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// Errors, and guards that nobody has answered for: `apply` stops with exit code 3.
    pub open: Vec<Finding>,
    /// Guards with the reason that the stack file gives.
    pub acknowledged: Vec<(Finding, String)>,
    /// Worth a look; nothing stops.
    pub warnings: Vec<Finding>,
}

/// Matches findings with acknowledgements by code, resource and new value. `today` is `YYYY-MM-DD`.
pub fn answer(findings: Vec<Finding>, acknowledgements: &[Acknowledgement], today: &str) -> Answered {
    let mut answered = Answered::default();
    let mut used = vec![false; acknowledgements.len()];
    for finding in findings {
        if finding.code.entry().level == Level::Warning {
            answered.warnings.push(finding);
            continue;
        }
        let mut matching = acknowledgements.iter().zip(used.iter_mut()).filter(|(word, _)| {
            word.code == finding.code
                && Some(&word.resource) == finding.resource.as_ref()
                && Some(&word.to) == finding.to.as_ref()
        });
        if let Some((word, used)) = matching.next() {
            *used = true;
            match &word.until {
                // Dates of this form sort as text.
                Some(until) if until.as_str() < today => {
                    answered
                        .open
                        .push(finding.hint(format!("the acknowledgement in the stack file ended on {until}")));
                }
                _ => answered.acknowledged.push((finding, word.reason.clone())),
            }
        } else {
            // What no person's word could mend is no question.
            let hint = (finding.code.entry().level == Level::Guard).then(|| acknowledgement(&finding));
            answered.open.push(hint.into_iter().fold(finding, Finding::hint));
        }
    }
    for (word, _) in acknowledgements.iter().zip(&used).filter(|(_, used)| !**used) {
        let message = format!(
            "nothing answers to the acknowledgement of `{}` for {}",
            word.code, word.resource
        );
        answered.warnings.push(
            Finding::at(Code::UnusedAcknowledgement, word.place.clone(), message)
                .hint("remove it: left in place it would let a later change of the same kind through"),
        );
    }
    answered
}

fn acknowledgement(finding: &Finding) -> String {
    let text = |part: Option<&String>| serde_json::Value::from(part.map_or("", String::as_str)).to_string();
    format!(
        "if it is meant, add to the stack file: acknowledge: [{{code: {}, resource: {}, to: {}, reason: \"…\"}}]",
        finding.code,
        finding.resource.as_deref().unwrap_or_default(),
        text(finding.to.as_ref()),
    )
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;
    use crate::finding::{Place, Source};

    fn word(to: &str, until: Option<&str>) -> Acknowledgement {
        Acknowledgement {
            code: Code::TriggerDropped,
            resource: "Pool.PreSignUp".to_owned(),
            to: to.to_owned(),
            reason: "moved to the sign-up service".to_owned(),
            until: until.map(str::to_owned),
            place: Place {
                source: Source::new("stack.yaml", ""),
                span: 0..0,
            },
        }
    }

    fn finding() -> Finding {
        Finding::guard(
            Code::TriggerDropped,
            "Pool.PreSignUp",
            "none",
            "the trigger would leave",
        )
    }

    #[test]
    fn a_matching_word_answers_and_an_unused_one_is_a_finding() {
        let answered = answer(vec![finding()], &[word("none", Some("2026-12-31"))], "2026-12-31");
        assert!(answered.open.is_empty() && answered.warnings.is_empty());
        assert_eq!(answered.acknowledged.len(), 1);

        let answered = answer(vec![finding()], &[word("another value", None)], "2026-12-31");
        assert_eq!(answered.open.len(), 1);
        assert!(answered.open[0].hints[0].contains("code: trigger-dropped, resource: Pool.PreSignUp, to: \"none\""));
        assert_eq!(answered.warnings[0].code, Code::UnusedAcknowledgement);
    }

    #[test]
    fn a_word_ends_on_its_day() {
        let answered = answer(vec![finding()], &[word("none", Some("2026-12-31"))], "2027-01-01");
        assert_eq!((answered.open.len(), answered.warnings.len()), (1, 0));
    }
}
