//! Cognito: one user of a pool, with the attributes that messages go to.

use std::collections::BTreeMap;

use handler::Redacted;

use super::error::refused;
use super::{AwsError, Session};

/// A user of a pool. Everything about a user is a secret.
#[derive(Clone, Debug)]
pub struct PoolUser {
    /// `Username`, as the pool keeps it: an alias finds a user of another name.
    pub name: Redacted<String>,
    /// Attributes by name.
    pub attributes: Redacted<BTreeMap<String, String>>,
}

impl Session {
    /// Reads a user of a pool by name; nothing when the pool has none of that name.
    ///
    /// The service's message may quote the name, so callers print no more of an error than its code.
    pub async fn pool_user(&self, pool: &str, name: &Redacted<String>) -> Result<Option<PoolUser>, AwsError> {
        let action = "cognito-idp:AdminGetUser";
        let call = self.pools().admin_get_user().user_pool_id(pool);
        let answer = call.username(name.expose()).send().await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => {
                let attributes = answer.user_attributes().iter();
                let attributes = attributes.filter_map(|attribute| {
                    let value = attribute.value()?.to_owned();
                    Some((attribute.name().to_owned(), value))
                });
                Ok(Some(PoolUser {
                    attributes: Redacted::new(attributes.collect()),
                    name: Redacted::new(answer.username().to_owned()),
                }))
            }
            Err(error) if error.is(&["UserNotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
