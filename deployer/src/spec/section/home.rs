//! The stack's account and Region, which what it names must share.

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;
use crate::spec::{AccountId, Arn, Region};

/// Where the stack lives, as far as the file says so.
pub(in crate::spec) struct Home {
    pub(in crate::spec) region: Option<Region>,
    pub(in crate::spec) account: Option<AccountId>,
}

impl Home {
    /// Reports a resource of another Region.
    pub(super) fn check_region(&self, field: &Field<'_>, arn: &Arn, thing: &str, report: &mut Report<'_>) {
        let Some(region) = self.region.as_ref().filter(|region| region.as_str() != arn.region()) else {
            return;
        };
        let wanted = format!(
            "a {thing} of the stack's Region {region}, found one of {}",
            arn.region()
        );
        field.refuse(
            Code::WrongRegion,
            &wanted,
            format!("name a {thing} in {region}"),
            report,
        );
    }

    /// Reports a resource of another account than the one that the file names.
    pub(super) fn check_account(&self, field: &Field<'_>, arn: &Arn, thing: &str, hint: &str, report: &mut Report<'_>) {
        let Some(account) = self
            .account
            .as_ref()
            .filter(|account| account.as_str() != arn.account())
        else {
            return;
        };
        let wanted = format!(
            "a {thing} of the stack's account {account}, found one of {}",
            arn.account()
        );
        field.refuse(Code::WrongAccount, &wanted, hint, report);
    }
}
