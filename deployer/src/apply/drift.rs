//! Lets CloudFormation look at what it deployed, and waits for its word.

use super::Pause;
use crate::aws::{AwsError, ResourceDrift, Session};

/// So many times a detection is asked for its end; with the pauses in between more than ten minutes. A stack of
/// some twenty resources takes a few seconds.
const QUESTIONS: usize = 150;

/// What CloudFormation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The resources that it looked at.
    pub resources: Vec<ResourceDrift>,
    /// Why it did not look at all that it can, where that is so.
    pub incomplete: Option<String>,
}

/// Compares a stack's resources with its template, by CloudFormation.
pub async fn detect_drift(session: &Session, stack: &str) -> Result<Detected, AwsError> {
    let id = session.detect_drift(stack).await?;
    let mut pause = Pause::new();
    let mut incomplete = Some("the detection takes too long; ask again later".to_owned());
    for _ in 0..QUESTIONS {
        let detection = session.drift_detection(&id).await?;
        match detection.status.as_str() {
            "DETECTION_IN_PROGRESS" => pause.wait().await,
            "DETECTION_COMPLETE" => {
                incomplete = None;
                break;
            }
            _ => {
                incomplete = Some(detection.reason.unwrap_or(detection.status));
                break;
            }
        }
    }
    Ok(Detected {
        resources: session.resource_drifts(stack).await?,
        incomplete,
    })
}
