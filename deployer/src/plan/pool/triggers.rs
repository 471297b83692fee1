//! `LambdaConfig` merged: what is declared comes, what is somebody else's stays, what was ours goes back.
//!
//! `PreTokenGeneration` and `PreTokenGenerationConfig` are one trigger in two spellings and move together.
//! `KMSKeyID` follows the senders, of which both encrypt under the one key, so it is decided last.

use serde_json::{Map, Value, json};

use super::part::TriggerChange;
use super::{Live, Ours};
use crate::aws::LivePool;
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::guard::{key_swapped, sender_added, still_allowed, trigger_dropped};
use crate::plan::render::value::inline;

const KEY: &str = "KMSKeyID";
const TOKEN: &str = "PreTokenGeneration";
const TOKEN_CONFIG: &str = "PreTokenGenerationConfig";
const SENDERS: [&str; 2] = ["CustomSMSSender", "CustomEmailSender"];

type Config = Map<String, Value>;

/// A `LambdaConfig` after, and what is to be said of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// The whole of it: declared values as they are declared, the others as they are live.
    pub lambda_config: Map<String, Value>,
    /// What changes, member by member.
    pub triggers: Vec<TriggerChange>,
    /// What needs a person's word.
    pub findings: Vec<Finding>,
    /// Whether a declared value comes that is not live yet.
    pub gains: bool,
    /// Whether the pool lets go of a value that the stack attached.
    pub loses: bool,
}

/// A `LambdaConfig` without what a stack attached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detached {
    /// The whole of it, in ARNs.
    pub lambda_config: Map<String, Value>,
    /// What changes, member by member.
    pub triggers: Vec<TriggerChange>,
    /// Members that the stack attached once and somebody else changed since: they stay.
    pub kept: Vec<String>,
    /// What stands against it.
    pub findings: Vec<Finding>,
}

/// How a trigger came to its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It is declared.
    Declared,
    /// It is put back as it was before the stack came.
    PutBack,
    /// It is somebody else's.
    Foreign,
}

/// A sender that is not declared and stays, and the key that it can decrypt under.
struct Bound {
    member: &'static str,
    key: Option<Value>,
}

/// What the merge goes by.
struct Merge<'a> {
    wanted: &'a Config,
    template: &'a Value,
    now: Config,
    saved: Config,
    ours: &'a Ours,
    merged: Merged,
}

/// Merges declared triggers into a live pool's.
///
/// `wanted` is the declared `LambdaConfig` and `template` the one that declares it; `Fn::GetAtt` stands for the
/// stack's own function and key. What is live and equal to what `ours` records may change freely; the rest is
/// somebody else's.
pub fn merge(wanted: &Map<String, Value>, template: &Value, live: &Live, ours: &Ours) -> Merged {
    let ours = &ours.beside(live);
    let mut merge = Merge {
        wanted,
        template,
        now: live.now.lambda_config(),
        saved: to_put_back(live, ours),
        ours,
        merged: Merged::default(),
    };
    let mut units: Vec<String> = Vec::new();
    for member in merge.now.keys().chain(wanted.keys()) {
        let unit = unit(member).to_owned();
        if unit != KEY && !units.contains(&unit) {
            units.push(unit);
        }
    }
    let mut origins = Vec::new();
    for unit in &units {
        let (after, origin) = merge.trigger(unit);
        if !after.is_empty() {
            origins.push((unit.clone(), origin));
        }
        merge.put(after);
    }
    merge.key(&origins);
    let mut merged = merge.merged;
    merged.triggers = changes(&merge.now, &merged.lambda_config);
    merged
}

/// Returns what was there before the stack came. A configuration that was saved late has the stack's own function and
/// key in it, and those were not there before.
fn to_put_back(live: &Live, ours: &Ours) -> Config {
    let mut saved = live.saved.as_ref().map(LivePool::lambda_config).unwrap_or_default();
    let own: Vec<String> = saved
        .keys()
        .filter(|member| match unit(member) {
            KEY => saved
                .get(KEY)
                .and_then(Value::as_str)
                .is_some_and(|key| ours.key() == Some(key)),
            unit => ours.is_own_function(&function(unit, &part(&saved, unit))),
        })
        .cloned()
        .collect();
    saved.retain(|member, _| !own.contains(member));
    saved
}

/// Takes a stack's triggers out of a live pool and puts back what was there before it came. What others changed
/// since stays.
pub fn detached(live: &Live, ours: &Ours) -> Detached {
    let ours = &ours.beside(live);
    let nothing = Config::new();
    let merged = merge(&nothing, &json!({}), live, ours);
    let now = live.now.lambda_config();
    let kept = ours.records().iter().flat_map(Config::keys).filter(|member| {
        let stays = now.contains_key(*member) && merged.lambda_config.get(*member) == now.get(*member);
        stays && !is_ours(ours, unit(member), &part(&now, unit(member)))
    });
    let mut kept: Vec<String> = kept.cloned().collect();
    kept.sort();
    kept.dedup();
    let mut findings = merged.findings;
    findings.retain(|finding| finding.code == Code::SenderKeyConflict);
    if let Some(key) = merged.lambda_config.get(KEY).filter(|key| ours.key() == key.as_str()) {
        for member in SENDERS
            .into_iter()
            .filter(|member| merged.lambda_config.contains_key(*member))
        {
            let message = format!(
                "{member} is somebody else's and encrypts under the stack's own key {}",
                inline(key)
            );
            findings.push(
                Finding::guard(Code::SenderKeyConflict, &resource(member), inline(key), message)
                    .hint("let it go first, or give the pool a key of its own"),
            );
        }
    }
    Detached {
        lambda_config: merged.lambda_config,
        triggers: merged.triggers,
        kept,
        findings,
    }
}

impl Merge<'_> {
    /// Decides on one trigger: its members after, and how they came to be.
    fn trigger(&mut self, unit: &str) -> (Config, Origin) {
        let (wanted, now) = (part(self.wanted, unit), part(&self.now, unit));
        let is_ours = is_ours(self.ours, unit, &now);
        if !wanted.is_empty() {
            if value(unit, &resolved(&wanted, self.ours)) == value(unit, &now) {
                return (now, Origin::Declared);
            }
            self.merged.gains = true;
            if is_ours {
                self.merged.loses = true;
            } else if !now.is_empty() {
                self.replaced(unit, &now, &wanted);
            } else if let Some(sender) = wanted.get(unit) {
                self.merged.findings.extend(sender_added(unit, sender));
            }
            return (wanted, Origin::Declared);
        }
        if !is_ours {
            return (now, Origin::Foreign);
        }
        let saved = part(&self.saved, unit);
        if value(unit, &saved) == value(unit, &now) {
            return (now, Origin::Foreign);
        }
        self.merged.loses = true;
        if saved.is_empty() {
            let function = now.get(unit).or_else(|| now.get(TOKEN_CONFIG)).unwrap_or(&Value::Null);
            self.merged.findings.push(trigger_dropped(unit, function));
        }
        (saved, Origin::PutBack)
    }

    fn replaced(&mut self, unit: &str, now: &Config, wanted: &Config) {
        let function = |part: &Config| inline(&function(unit, part));
        let message = format!(
            "the trigger {unit} calls `{}`, which this stack did not attach; it would call `{}`",
            function(now),
            function(wanted)
        );
        let finding = Finding::guard(Code::ForeignTriggerReplaced, &resource(unit), function(wanted), message);
        self.merged.findings.push(finding);
    }

    /// Puts members in, those that are live in their place.
    fn put(&mut self, members: Config) {
        self.merged.lambda_config.extend(members);
    }

    /// Decides on the key, once the senders are known.
    fn key(&mut self, origins: &[(String, Origin)]) {
        let now = self.now.get(KEY).cloned();
        let is_ours = now.as_ref().is_some_and(|key| self.is_our_key(key));
        let bound = self.bound(origins, now.as_ref(), is_ours);
        let wanted = self.wanted.get(KEY);
        let after = match wanted {
            Some(wanted) if Some(self.ours.resolve(wanted)) == now => now.clone(),
            Some(wanted) => Some(wanted.clone()),
            None if now.is_some() && !is_ours => now.clone(),
            None => match bound.as_slice() {
                // The key goes when neither sender is left.
                [] => self.saved.get(KEY).filter(|_| is_ours).cloned(),
                [first, rest @ ..] if rest.iter().all(|other| other.key == first.key) => first.key.clone(),
                _ => now.clone(),
            },
        };
        for sender in bound.iter().filter(|sender| sender.key != after) {
            self.merged.findings.push(conflict(sender, after.as_ref()));
        }
        if after != now {
            self.merged.gains |= wanted.is_some();
            self.merged.loses |= is_ours;
            if let (Some(old), Some(new)) = (&now, &after) {
                self.swapped(old, new, is_ours, !bound.is_empty());
            }
        }
        self.merged.lambda_config.extend(after.map(|key| (KEY.to_owned(), key)));
    }

    /// What a change of the key means to codes that are on their way.
    fn swapped(&mut self, old: &Value, new: &Value, is_ours: bool, is_bound: bool) {
        let live = SENDERS.into_iter().filter(|member| self.now.contains_key(*member));
        let (stays, goes): (Vec<&str>, Vec<&str>) =
            live.partition(|member| is_ours_or_same(self, member) && self.wanted.contains_key(*member));
        if is_ours {
            if !stays.is_empty() && !still_allowed(self.template, old, self.ours.key()) {
                self.merged.findings.push(key_swapped(old, new));
            }
        } else if !stays.is_empty() && goes.is_empty() && !is_bound {
            let message = format!(
                "the pool encrypts under `{}`, which this stack did not set; it would encrypt under `{}`",
                inline(old),
                inline(new)
            );
            let finding = Finding::guard(Code::ForeignTriggerReplaced, &resource(KEY), inline(new), message);
            self.merged.findings.push(finding);
        }
    }

    fn is_our_key(&self, key: &Value) -> bool {
        let recorded = self.ours.records().iter().any(|record| record.get(KEY) == Some(key));
        recorded || (key.is_string() && self.ours.key() == key.as_str())
    }

    /// The senders that stay without being declared, each with the key that it needs.
    fn bound(&self, origins: &[(String, Origin)], now: Option<&Value>, is_ours: bool) -> Vec<Bound> {
        let origin = |member: &str| {
            origins
                .iter()
                .find(|(unit, _)| unit == member)
                .map(|(_, origin)| *origin)
        };
        let mut bound = Vec::new();
        for member in SENDERS {
            let as_saved = self.merged.lambda_config.get(member) == self.saved.get(member);
            let key = match origin(member) {
                None | Some(Origin::Declared) => continue,
                // It was there before the stack brought its key. Where that is not known it needs the one that is live.
                Some(Origin::PutBack) => self.saved.get(KEY).or(now),
                Some(Origin::Foreign) if is_ours && as_saved => self.saved.get(KEY).or(now),
                Some(Origin::Foreign) => now,
            };
            bound.push(Bound {
                member,
                key: key.cloned(),
            });
        }
        bound
    }
}

fn is_ours_or_same(merge: &Merge<'_>, member: &str) -> bool {
    let now = part(&merge.now, member);
    is_ours(merge.ours, member, &now) || resolved(&part(merge.wanted, member), merge.ours) == now
}

fn conflict(sender: &Bound, after: Option<&Value>) -> Finding {
    let name = |key: Option<&Value>| key.map_or_else(|| "none".to_owned(), inline);
    let message = format!(
        "{} is somebody else's and decrypts under `{}`; a pool has one key for both senders, and it would be `{}`",
        sender.member,
        name(sender.key.as_ref()),
        name(after)
    );
    let finding = Finding::guard(Code::SenderKeyConflict, &resource(sender.member), name(after), message);
    match &sender.key {
        Some(key) => finding.hint(format!(
            "encrypt under its key: write `key: {{existing: \"{}\"}}`",
            inline(key)
        )),
        None => finding,
    }
}

fn resource(member: &str) -> String {
    format!("{}.{member}", logical::POOL)
}

/// The trigger that a member belongs to.
fn unit(member: &str) -> &str {
    if member == TOKEN_CONFIG { TOKEN } else { member }
}

/// The members of one trigger.
fn part(config: &Config, of: &str) -> Config {
    let members = config.iter().filter(|(member, _)| unit(member) == of);
    members.map(|(member, value)| (member.clone(), value.clone())).collect()
}

fn resolved(part: &Config, ours: &Ours) -> Config {
    part.iter()
        .map(|(member, value)| (member.clone(), ours.resolve(value)))
        .collect()
}

/// The function that a trigger calls.
fn function(unit: &str, part: &Config) -> Value {
    let member = part
        .get(TOKEN_CONFIG)
        .or_else(|| part.get(unit))
        .unwrap_or(&Value::Null);
    member.get("LambdaArn").unwrap_or(member).clone()
}

/// What a trigger means: the service gives the token trigger back in both spellings when one of them was set.
fn value(unit: &str, part: &Config) -> Option<Value> {
    if unit == TOKEN && !part.is_empty() {
        let version = part.get(TOKEN_CONFIG).and_then(|config| config.get("LambdaVersion"));
        let version = version.cloned().unwrap_or_else(|| Value::from("V1_0"));
        return Some(json!([function(unit, part), version]));
    }
    part.get(unit).cloned()
}

fn is_ours(ours: &Ours, unit: &str, now: &Config) -> bool {
    let live = value(unit, now);
    let recorded = ours
        .records()
        .iter()
        .any(|record| value(unit, &part(record, unit)) == live);
    live.is_some() && (recorded || ours.is_own_function(&function(unit, now)))
}

/// Lists what differs, in the order of the result; what goes comes last.
fn changes(now: &Config, after: &Config) -> Vec<TriggerChange> {
    let gone = now.keys().filter(|member| !after.contains_key(*member));
    let members = after.keys().chain(gone);
    members
        .filter(|member| now.get(*member) != after.get(*member))
        .map(|member| TriggerChange {
            member: member.clone(),
            before: now.get(member).cloned(),
            after: after.get(member).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
