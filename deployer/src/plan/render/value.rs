//! A template's value on one line.

use serde_json::Value;

/// Shows a value on one line; intrinsic functions as people write them: `Pool`, `Key.Arn`.
pub fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            if let (1, Some((name, inner))) = (members.len(), members.iter().next()) {
                match (name.as_str(), inner) {
                    ("Ref" | "Fn::Sub", Value::String(text)) => return text.clone(),
                    ("Fn::GetAtt", Value::Array(path)) => {
                        return path.iter().map(inline).collect::<Vec<_>>().join(".");
                    }
                    _ => {}
                }
            }
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{key}: {}", inline(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn intrinsics_read_as_people_write_them() {
        assert_eq!(inline(&json!({ "Ref": "Pool" })), "Pool");
        assert_eq!(
            inline(&json!([{ "Fn::GetAtt": ["Key", "Arn"] }, 1, true])),
            "[Key.Arn, 1, true]"
        );
        assert_eq!(
            inline(&json!({ "a": { "Fn::Sub": "x-${AWS::Region}" }, "b": null })),
            "{a: x-${AWS::Region}, b: null}"
        );
    }
}
