//! Properties that need or exclude each other, which the schema does not say.
//!
//! Sources: `CreateUserPool`, `EmailConfigurationType` and `KeyConfigurationType`, Amazon Cognito user pools API
//! reference.

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;

/// A member with this value needs another member beside it.
const NEEDS: [(&str, &str, &str, &str); 2] = [
    ("EmailConfiguration", "EmailSendingAccount", "DEVELOPER", "SourceArn"),
    ("KeyConfiguration", "KeyType", "CUSTOMER_MANAGED_KEY", "KmsKeyArn"),
];

pub(super) fn check(properties: &Field<'_>, report: &mut Report<'_>) {
    if let (Some(_), Some(alias)) = (
        properties.at(&["UsernameAttributes"]),
        properties.at(&["AliasAttributes"]),
    ) {
        let message = format!(
            "{} wants to be absent beside `UsernameAttributes`: Cognito takes one of the two",
            alias.name()
        );
        let hint =
            "keep `UsernameAttributes` where people sign in by e-mail or phone number alone, else `AliasAttributes`";
        report.add(Code::PropertyCombination, alias.key(), message, hint);
    }
    for (object, member, value, needed) in NEEDS {
        let found = properties.at(&[object, member]);
        if let Some(found) = found.filter(|found| found.scalar_text() == Some(value))
            && properties.at(&[object, needed]).is_none()
        {
            let wanted = format!("`{needed}` beside it when it is {value}, found none");
            found.refuse(Code::PropertyCombination, &wanted, format!("add `{needed}`"), report);
        }
    }
}
