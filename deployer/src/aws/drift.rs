//! CloudFormation's own look at what it deployed: drift detection.
//!
//! It compares only properties that the template states, and only of types for which it has a reader; all others are
//! not in its answer.

use aws_sdk_cloudformation::types;

use super::error::refused;
use super::{AwsError, Session};

/// How far a drift detection got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftDetection {
    /// `DetectionStatus`
    pub status: String,
    /// Why it failed, for some resources or all of them.
    pub reason: Option<String>,
}

/// A resource that CloudFormation looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDrift {
    /// The logical id.
    pub logical_id: String,
    /// The resource type.
    pub resource_type: String,
    /// `StackResourceDriftStatus`
    pub status: String,
    /// Why it could not be compared.
    pub reason: Option<String>,
    /// What differs.
    pub differences: Vec<PropertyDrift>,
}

/// A property that differs, in CloudFormation's words: values are texts, of lists and objects as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyDrift {
    /// A JSON pointer into the properties, such as `/RedrivePolicy/maxReceiveCount`.
    pub path: String,
    /// By the template; nothing where the live resource has one more.
    pub expected: Option<String>,
    /// As it is; nothing where the live resource has none.
    pub actual: Option<String>,
}

impl Session {
    /// Starts to look at every resource of a stack; returns the detection's id.
    pub async fn detect_drift(&self, stack: &str) -> Result<String, AwsError> {
        let answer = self
            .stacks
            .detect_stack_drift()
            .stack_name(stack)
            .send()
            .await
            .map_err(|error| refused("cloudformation:DetectStackDrift", error))?;
        Ok(answer.stack_drift_detection_id().unwrap_or_default().to_owned())
    }

    /// Reads how far a detection got.
    pub async fn drift_detection(&self, id: &str) -> Result<DriftDetection, AwsError> {
        let answer = self
            .stacks
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(id)
            .send()
            .await
            .map_err(|error| refused("cloudformation:DescribeStackDriftDetectionStatus", error))?;
        Ok(DriftDetection {
            status: answer
                .detection_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            reason: said(answer.detection_status_reason()),
        })
    }

    /// Lists the resources that a detection looked at.
    pub async fn resource_drifts(&self, stack: &str) -> Result<Vec<ResourceDrift>, AwsError> {
        let mut found = Vec::new();
        let mut page = None;
        loop {
            let answer = self
                .stacks
                .describe_stack_resource_drifts()
                .stack_name(stack)
                .set_next_token(page)
                .send()
                .await
                .map_err(|error| refused("cloudformation:DescribeStackResourceDrifts", error))?;
            found.extend(answer.stack_resource_drifts().iter().map(resource_drift));
            page = answer.next_token().map(str::to_owned);
            if page.is_none() {
                return Ok(found);
            }
        }
    }
}

fn resource_drift(drift: &types::StackResourceDrift) -> ResourceDrift {
    let status = drift.stack_resource_drift_status();
    ResourceDrift {
        logical_id: drift.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: drift.resource_type().unwrap_or_default().to_owned(),
        status: status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: said(drift.drift_status_reason()),
        differences: drift.property_differences().iter().map(property_drift).collect(),
    }
}

fn property_drift(difference: &types::PropertyDifference) -> PropertyDrift {
    let kind = difference.difference_type();
    let unless =
        |absent: &types::DifferenceType, value: Option<&str>| value.filter(|_| kind != Some(absent)).map(str::to_owned);
    PropertyDrift {
        path: difference.property_path().unwrap_or_default().to_owned(),
        expected: unless(&types::DifferenceType::Add, difference.expected_value()),
        actual: unless(&types::DifferenceType::Remove, difference.actual_value()),
    }
}

fn said(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
