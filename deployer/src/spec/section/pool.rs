//! `pool`: new, existing or imported.

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::properties::{Waived, properties};
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::{EmailSending, Pool, PoolId};

/// Reads `pool`.
pub(in crate::spec) fn pool(
    field: &Field<'_>,
    home: &Home,
    waived: &mut Waived,
    report: &mut Report<'_>,
) -> Option<Pool> {
    let mut object = field.object(report)?;
    let new = object.optional("new");
    let existing = object.optional("existing");
    let import = object.optional("import");
    let email_sending = object.optional("email_sending");
    object.finish(report);

    let kinds: Vec<&Field<'_>> = [&new, &existing, &import].into_iter().flatten().collect();
    match kinds.as_slice() {
        [_] => {}
        [] => field.refuse(
            Code::PoolChoice,
            "one of `new`, `existing` and `import`, found none",
            "add `new` with the pool's `properties`",
            report,
        ),
        [_, more @ ..] => {
            for kind in more {
                let message = format!(
                    "`pool` wants one of `new`, `existing` and `import`, found `{}` as well",
                    kind.path()
                );
                report.add(Code::PoolChoice, kind.key(), message, "keep one: a stack has one pool");
            }
        }
    }
    let new = new.map(|field| new_pool(&field, waived, report));
    let email_sending = email_sending.and_then(|field| sending(&field, existing.is_some(), report));
    let existing = existing.map(|field| {
        let id = pool_id(&field, home, report);
        id.map(|id| Pool::Existing { id, email_sending })
    });
    let import = import.map(|field| imported_pool(&field, home, waived, report));
    new.or(existing).or(import).flatten()
}

fn new_pool(field: &Field<'_>, waived: &mut Waived, report: &mut Report<'_>) -> Option<Pool> {
    let mut object = field.object(report)?;
    let field = object.required("properties", "properties: {UserPoolName: acme}", report);
    object.finish(report);
    Some(Pool::New {
        properties: properties(&field?, waived, report),
    })
}

fn imported_pool(field: &Field<'_>, home: &Home, waived: &mut Waived, report: &mut Report<'_>) -> Option<Pool> {
    let mut object = field.object(report)?;
    let id = object.required("id", "id: us-west-2_AbCdEf123", report);
    let field = object.required("properties", "properties: {UserPoolName: acme}", report);
    object.finish(report);
    let id = id.and_then(|field| pool_id(&field, home, report));
    let properties = properties(&field?, waived, report);
    Some(Pool::Import { id: id?, properties })
}

fn pool_id(field: &Field<'_>, home: &Home, report: &mut Report<'_>) -> Option<PoolId> {
    let id = field.id(Code::BadPoolId, PoolId::parse, "copy the id from the pool", report)?;
    let region = id.as_str().split('_').next().unwrap_or_default();
    if let Some(home) = home.region.as_ref().filter(|home| home.as_str() != region) {
        let wanted = format!("a pool of the stack's Region {home}, found one of {region}");
        field.refuse(
            Code::WrongRegion,
            &wanted,
            format!("name a pool in {home}, or correct `region`"),
            report,
        );
    }
    Some(id)
}

/// Reads `email_sending`, which only an existing pool needs: the others say it in their properties.
fn sending(field: &Field<'_>, existing: bool, report: &mut Report<'_>) -> Option<EmailSending> {
    let choices = [
        ("cognito_default", EmailSending::CognitoDefault),
        ("developer", EmailSending::Developer),
    ];
    let sending = field.choice(&choices, report)?;
    if !existing {
        field.refuse(
            Code::PoolChoice,
            "nothing here: a pool of the stack's own says it in `EmailConfiguration`",
            "remove `email_sending`",
            report,
        );
    }
    Some(sending)
}
