//! Asks about an account in a Region: credentials, bucket, and the senders of AWS that its stacks use.

use std::collections::{BTreeMap, BTreeSet};

use handler::delivery::Provider;

use super::{About, Group, Place};
use crate::apply::Bucket;
use crate::aws::{BucketState, Plain};
use crate::doctor::{self, Assets, Reading, SmsService, Verdict};
use crate::spec::{Environment, Region, Stack};

/// Asks about the account in a Region, for the stacks that live there.
pub(super) async fn look(region: &Region, place: &Place, stacks: &[&Stack]) -> Group {
    let mut verdicts = vec![doctor::caller(region, &place.caller)];
    let caller = place.caller.as_ref().ok();
    if let Some(caller) = caller {
        let (account, partition) = (&caller.account, caller.partition());
        let mut buckets = BTreeSet::new();
        for stack in stacks.iter().filter(|stack| stack.uses_handler()) {
            let bucket = Bucket::of(stack, account);
            if buckets.insert(bucket.name.clone()) {
                let state = bucket_state(place, &bucket).await;
                verdicts.push(doctor::bucket(&bucket.name, region, &state));
                // Nothing can be said of the policy of a bucket that is not there.
                if !matches!(state, Ok(None)) {
                    let assets = Assets {
                        name: &bucket.name,
                        partition,
                        region,
                        is_bootstrapped: bucket.name == Bucket::made(account, region).name,
                    };
                    let policy = place.session.bucket_policy(&bucket.name, &bucket.owner).await;
                    verdicts.push(doctor::bucket_policy(assets, &policy));
                }
            }
        }
        verdicts.extend(senders(place, stacks).await);
    }
    Group {
        about: About::Account {
            account: caller.map(|caller| caller.account.to_string()),
            region: region.clone(),
        },
        verdicts,
        rights: Vec::new(),
    }
}

async fn bucket_state(place: &Place, bucket: &Bucket) -> Reading<Option<BucketState>> {
    if place.session.owns_bucket(&bucket.name, &bucket.owner).await? {
        place.session.bucket_state(&bucket.name, &bucket.owner).await.map(Some)
    } else {
        Ok(None)
    }
}

/// What the stacks of a Region send by: identities of SES by Region, and services for SMS messages, each with whether
/// real users wait for it.
async fn senders(place: &Place, stacks: &[&Stack]) -> Vec<Verdict> {
    let mut sms: BTreeMap<(SmsService, String), bool> = BTreeMap::new();
    let mut mail: BTreeMap<String, (bool, BTreeSet<Vec<String>>)> = BTreeMap::new();
    for stack in stacks {
        let production = stack.environment == Environment::Production;
        let at = |region: Option<&String>| region.map_or_else(|| stack.region.to_string(), Clone::clone);
        for provider in stack.delivery.providers.values() {
            match provider {
                Provider::Sns(sns) => {
                    *sms.entry((SmsService::Sns, at(sns.region.as_ref()))).or_default() |= production;
                }
                Provider::EndUserMessaging(messaging) => {
                    // The Region of an identity's ARN counts, where no other is named.
                    let identity = messaging.origination_identity.split(':').nth(3).map(str::to_owned);
                    let region = at(messaging.region.as_ref().or(identity.as_ref()));
                    *sms.entry((SmsService::EndUserMessaging, region)).or_default() |= production;
                }
                Provider::Ses(ses) => {
                    let of = mail.entry(at(ses.region.as_ref())).or_default();
                    of.0 |= production;
                    of.1.insert(doctor::identities_of(ses));
                }
                Provider::Sendgrid(_)
                | Provider::Mailgun(_)
                | Provider::Postmark(_)
                | Provider::Twilio(_)
                | Provider::Vonage(_)
                | Provider::Sinch(_)
                | Provider::Plivo(_)
                | Provider::Infobip(_)
                | Provider::Messagebird(_)
                | Provider::Whatsapp(_)
                | Provider::Webhook(_)
                | Provider::Custom(_)
                | Provider::Redirect(_) => {}
            }
        }
    }
    let plain = match &place.plain {
        Ok(plain) => plain,
        Err(error) => return vec![Verdict::unread("senders", error, "aws sts get-caller-identity")],
    };
    let mut verdicts = Vec::new();
    for (region, (production, identities)) in mail {
        verdicts.push(doctor::mail_account(
            &region,
            production,
            &plain.mail_account(&region).await,
        ));
        for names in identities {
            verdicts.push(identity(plain, &region, names).await);
        }
    }
    for ((service, region), production) in sms {
        let (sandbox, limit) = match service {
            SmsService::Sns => (plain.sms_sandbox(&region).await, plain.sms_spend_limit(&region).await),
            SmsService::EndUserMessaging => (
                plain.messaging_sandbox(&region).await,
                plain.messaging_spend_limit(&region).await,
            ),
        };
        verdicts.push(doctor::sms_sandbox(service, &region, production, &sandbox));
        verdicts.push(doctor::spend_limit(service, &region, &limit));
    }
    verdicts
}

/// Asks SES about the identities of which one will do.
pub(super) async fn identity(plain: &Plain, region: &str, names: Vec<String>) -> Verdict {
    let mut found = Vec::new();
    for name in names {
        let identity = plain.mail_identity(region, &name).await;
        found.push((name, identity));
    }
    doctor::mail_identity(region, &found)
}
