//! The providers' secrets: is each there, with the members that its type needs? Only names are known here.

use handler::provider::SecretMember;

use super::{Reading, Verdict};
use crate::aws::SecretShape;

/// Whether a provider's secret is there with every required member. A type that is somebody's own names none.
pub fn secret(provider: &str, arn: &str, wanted: &[SecretMember], found: &Reading<SecretShape>) -> Verdict {
    let check = "secret";
    let id = arn.rsplit(':').next().unwrap_or(arn);
    let look = if arn.contains(":ssm:") {
        format!(
            "aws ssm describe-parameters --parameter-filters Key=Name,Values={}",
            name_of(arn)
        )
    } else {
        format!("aws secretsmanager describe-secret --secret-id {arn}")
    };
    let members = match found {
        Err(error) => return Verdict::unread(check, error, &look),
        Ok(SecretShape::Missing) => {
            return Verdict::fail(
                check,
                format!("{provider}: there is no {arn}, or it has no value"),
                "make it, and give the stack file its whole ARN",
            );
        }
        Ok(SecretShape::NoObject) => {
            return Verdict::fail(
                check,
                format!("{provider}: {id} is no JSON object"),
                "store one JSON object of texts in it",
            );
        }
        Ok(SecretShape::Members(members)) => members,
    };
    let required = wanted.iter().filter(|member| member.required);
    let lacking: Vec<&str> = required
        .filter(|member| members.get(member.name) != Some(&true))
        .map(|member| member.name)
        .collect();
    if !lacking.is_empty() {
        return Verdict::fail(
            check,
            format!("{provider}: {id} has no text in {}", lacking.join(", ")),
            "add it to the secret; the handler reads it again by itself",
        );
    }
    let known: Vec<&str> = wanted.iter().map(|member| member.name).collect();
    let strange: Vec<&String> = members.keys().filter(|name| !known.contains(&name.as_str())).collect();
    if !known.is_empty() && !strange.is_empty() {
        // Their names are not printed: somebody may have swapped names and values.
        return Verdict::warn(
            check,
            format!("{provider}: {id} has {} that nobody reads", count(strange.len())),
            format!("it has: {}", known.join(", ")),
        );
    }
    Verdict::ok(check, format!("{provider}: {id} has its members"))
}

fn count(members: usize) -> String {
    match members {
        1 => "a member".to_owned(),
        more => format!("{more} members"),
    }
}

fn name_of(arn: &str) -> &str {
    arn.split_once(":parameter").map_or(arn, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::kit::{denied, told};

    #[test]
    fn secrets() {
        let member = |name, required| SecretMember {
            name,
            about: "",
            required,
        };
        let wanted = [member("account_sid", true), member("auth_token", false)];
        let arn = "arn:aws:secretsmanager:us-west-2:111122223333:secret:twilio-AbCdEf";
        let members = |members: &[(&str, bool)]| {
            let members = members.iter().map(|(name, text)| ((*name).to_owned(), *text));
            Ok(SecretShape::Members(members.collect()))
        };
        let of = |found: Reading<SecretShape>| secret("twilio", arn, &wanted, &found);
        assert_eq!(
            told(&[
                of(members(&[("account_sid", true), ("auth_token", true)])),
                of(members(&[("account_sid", true), ("hunter2", true)])),
                of(members(&[("account_sid", false)])),
                of(Ok(SecretShape::NoObject)),
                of(Ok(SecretShape::Missing)),
                of(denied("secretsmanager:GetSecretValue")),
                secret("own", arn, &[], &members(&[("anything", true)])),
            ]),
            [
                "ok secret: twilio: twilio-AbCdEf has its members",
                "warn secret: twilio: twilio-AbCdEf has a member that nobody reads",
                "fail secret: twilio: twilio-AbCdEf has no text in account_sid",
                "fail secret: twilio: twilio-AbCdEf is no JSON object",
                "fail secret: twilio: there is no \
                 arn:aws:secretsmanager:us-west-2:111122223333:secret:twilio-AbCdEf, or it has no value",
                "warn secret: not checked: secretsmanager:GetSecretValue: no (AccessDenied)",
                "ok secret: own: twilio-AbCdEf has its members",
            ]
        );
    }
}
