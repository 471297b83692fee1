//! CloudFormation's registry: what it can do with a type of resource.

use aws_sdk_cloudformation::types::RegistryType;

use super::error::refused;
use super::{AwsError, Session};

impl Session {
    /// Reads a type's `ProvisioningType`: `FULLY_MUTABLE`, `IMMUTABLE` or `NON_PROVISIONABLE`. Only what can be
    /// provisioned can be imported.
    pub async fn provisioning(&self, resource_type: &str) -> Result<String, AwsError> {
        let action = "cloudformation:DescribeType";
        let answer = self
            .stacks
            .describe_type()
            .r#type(RegistryType::Resource)
            .type_name(resource_type)
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        let told = answer.provisioning_type().map(|kind| kind.as_str().to_owned());
        told.ok_or_else(|| AwsError::unexpected(action, "the answer holds no provisioning type"))
    }
}
