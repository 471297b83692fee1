//! Values of a template as texts that can be compared.
//!
//! `Pool.Arn` in one template and the pool's ARN in another are one thing, and so are the stack's own key and its
//! ARN: what is known of them is written out. What is not known stays a name, such as `${LogGroup.Arn}`.

use serde_json::Value;

use crate::model::{logical, output};
use crate::plan::statement::items;

/// What is known of a deployed stack's own resources.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names<'a> {
    /// The ARN of the key that the stack made.
    own_key: Option<&'a str>,
    /// The id of a pool that the deployed template does not make.
    pool: Option<&'a str>,
}

impl<'a> Names<'a> {
    /// Reads the deployed template; `own_key` is the ARN of the key that it made.
    pub(super) fn of(deployed: &'a Value, own_key: Option<&'a str>) -> Self {
        let pool = deployed.pointer(&format!("/Outputs/{}/Value", output::POOL_ID));
        Self {
            own_key,
            pool: pool.and_then(Value::as_str),
        }
    }

    /// Writes a value as one text.
    pub(super) fn text(&self, value: &Value) -> String {
        let function = value.as_object().filter(|members| members.len() == 1);
        let function = function.and_then(|members| members.iter().next());
        match (value, function) {
            (Value::String(text), _) => text.clone(),
            (_, Some((name, Value::String(text)))) if name == "Fn::Sub" => text.clone(),
            (_, Some((name, Value::String(id)))) if name == "Ref" => match self.pool {
                Some(pool) if id == logical::POOL => pool.to_owned(),
                _ => format!("${{{id}}}"),
            },
            (_, Some((name, Value::Array(path)))) if name == "Fn::GetAtt" => {
                let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                self.attribute(&path.join("."))
            }
            _ => value.to_string(),
        }
    }

    /// Writes one value or a list of them.
    pub(super) fn texts(&self, value: &Value) -> Vec<String> {
        items(Some(value)).iter().map(|item| self.text(item)).collect()
    }

    fn attribute(&self, path: &str) -> String {
        if path == format!("{}.Arn", logical::KEY)
            && let Some(key) = self.own_key
        {
            return key.to_owned();
        }
        if path == format!("{}.Arn", logical::POOL)
            && let Some(pool) = self.pool
        {
            return format!("arn:${{AWS::Partition}}:cognito-idp:${{AWS::Region}}:${{AWS::AccountId}}:userpool/{pool}");
        }
        format!("${{{path}}}")
    }
}
