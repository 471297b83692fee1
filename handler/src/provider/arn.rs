//! The parts of an ARN, and of a Region's name, that settings are read for.

/// An ARN of six parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let arn = parts.next()? == "arn";
        let (partition, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let _account = parts.next()?;
        let resource = parts.next()?;
        (arn && !partition.is_empty() && !resource.is_empty()).then_some(Self {
            partition,
            service,
            region,
            resource,
        })
    }
}

/// Returns the end of the host names in a Region's partition.
///
/// Source: botocore's `partitions.json`, with which a test compares it.
pub fn dns_suffix(region: &str) -> &'static str {
    const SUFFIXES: [(&str, &str); 6] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ];
    let known = SUFFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
    known.map_or("amazonaws.com", |(_, suffix)| suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts() {
        let arn = Arn::parse("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf");
        assert_eq!(
            arn,
            Some(Arn {
                partition: "aws",
                service: "secretsmanager",
                region: "eu-west-1",
                resource: "secret:a-AbCdEf"
            })
        );
        for wrong in [
            "",
            "arn:aws:sns",
            "arn:aws:sns:r:a:",
            "x:aws:sns:r:a:t",
            "arn::sns:r:a:t",
        ] {
            assert_eq!(Arn::parse(wrong), None, "{wrong}");
        }
    }
}
