//! Which alarms undo an update that makes one of them ring.
//!
//! CloudFormation takes five at most, keeps them with the stack until it is told others, fails where one is missing, and
//! undoes an update at once where one rings already. So every update says anew which they are: those of the stack's own
//! that tell of a bad deployment, are there now, stay in the new template and do not ring yet; and others' stay.
//! Source: `RollbackConfiguration`, AWS CloudFormation API Reference.

use serde_json::Value;

use super::diff::section;
use crate::aws::{AlarmSeen, RollbackTrigger, StackResource, Watch};
use crate::model::logical;

/// What a bad deployment makes ring. A queue that is not empty and a want of concurrency have other causes, and last.
const TELLING: [&str; 5] = [
    logical::ERROR_ALARM,
    logical::SMS_ALARM,
    logical::EMAIL_ALARM,
    logical::MESSAGE_ALARM,
    logical::DESTINATION_ALARM,
];

/// How many CloudFormation takes.
const MOST: usize = 5;

/// Returns the alarms of a deployed stack that are to be watched while `template` is brought: logical ids and names.
pub fn watching(resources: &[StackResource], template: &Value) -> Vec<(&'static str, String)> {
    let stay = section(template, "Resources");
    let of = |id: &'static str| {
        let resource = resources.iter().find(|resource| resource.logical_id == id)?;
        let name = resource.physical_id.clone()?;
        (stay.contains_key(id) && resource.status != "DELETE_COMPLETE").then_some((id, name))
    };
    TELLING.into_iter().filter_map(of).collect()
}

/// What an update is watched by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watching {
    /// What CloudFormation is told.
    pub watch: Watch,
    /// The stack's own alarms that ring already, so that they are left out.
    pub ringing: Vec<&'static str>,
}

impl Watching {
    /// Joins the stack's own alarms, as they were `seen`, with what others had it watch before.
    pub fn of(stack: &str, own: &[(&'static str, String)], seen: &[AlarmSeen], before: &Watch, minutes: u8) -> Self {
        let others = before.alarms.iter().filter(|alarm| !is_own(stack, alarm)).cloned();
        let mut watching = Self::default();
        let alarms = &mut watching.watch.alarms;
        alarms.extend(others);
        watching.watch.monitor_minutes = minutes.into();
        if !alarms.is_empty() {
            // Theirs would be watched for a shorter time else.
            watching.watch.monitor_minutes = before.monitor_minutes.max(minutes.into());
        }
        for (id, name) in own {
            match seen.iter().find(|alarm| alarm.name == *name) {
                Some(alarm) if alarm.rings => watching.ringing.push(id),
                Some(alarm) if alarms.len() < MOST => alarms.push(RollbackTrigger::alarm(&alarm.arn)),
                _ => {}
            }
        }
        if alarms.is_empty() {
            // CloudFormation would wait that long for nothing.
            watching.watch.monitor_minutes = 0;
        }
        watching
    }
}

/// Whether an alarm is, or was, one that this program had a stack watch: CloudFormation names it by stack and logical id.
fn is_own(stack: &str, alarm: &RollbackTrigger) -> bool {
    let name = alarm.arn.rsplit(":alarm:").next().unwrap_or_default();
    let rest = name.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
    let id = rest.and_then(|rest| rest.split('-').next());
    id.is_some_and(|id| TELLING.contains(&id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(id: &str, status: &str) -> StackResource {
        StackResource {
            logical_id: id.to_owned(),
            physical_id: Some(format!("acme-{id}-1")),
            resource_type: "AWS::CloudWatch::Alarm".to_owned(),
            status: status.to_owned(),
        }
    }

    fn arn(name: &str) -> String {
        format!("arn:aws:cloudwatch:us-west-2:111122223333:alarm:{name}")
    }

    fn alarm(name: &str) -> RollbackTrigger {
        RollbackTrigger::alarm(&arn(name))
    }

    fn seen(name: &str, rings: bool) -> AlarmSeen {
        AlarmSeen {
            name: name.to_owned(),
            arn: arn(name),
            rings,
        }
    }

    #[test]
    fn what_is_there_and_stays_is_watched() {
        let resources = [
            resource("ErrorAlarm", "UPDATE_COMPLETE"),
            resource("EmailAlarm", "CREATE_COMPLETE"),
            resource("SmsAlarm", "DELETE_COMPLETE"),
            resource("ThrottleAlarm", "CREATE_COMPLETE"),
            resource("DeadLetterAlarm", "CREATE_COMPLETE"),
        ];
        let template = json!({ "Resources": {
            "ErrorAlarm": {}, "SmsAlarm": {}, "ThrottleAlarm": {}, "DeadLetterAlarm": {}, "DestinationAlarm": {},
        } });
        let own = watching(&resources, &template);
        assert_eq!(own, [("ErrorAlarm", "acme-ErrorAlarm-1".to_owned())]);
    }

    #[test]
    fn what_rings_is_left_out_and_what_others_wrote_stays() {
        let own = [
            ("ErrorAlarm", "acme-ErrorAlarm-1".to_owned()),
            ("SmsAlarm", "acme-SmsAlarm-1".to_owned()),
            // Somebody deleted it outside CloudFormation.
            ("DestinationAlarm", "acme-DestinationAlarm-1".to_owned()),
        ];
        let alarms = [seen("acme-ErrorAlarm-1", false), seen("acme-SmsAlarm-1", true)];
        let theirs = RollbackTrigger {
            arn: arn("theirs"),
            resource_type: "AWS::CloudWatch::CompositeAlarm".to_owned(),
        };
        let before = Watch {
            alarms: vec![theirs.clone(), alarm("acme-EmailAlarm-0"), alarm("acme-SmsAlarm-1")],
            monitor_minutes: 30,
        };
        let told = Watching::of("acme", &own, &alarms, &before, 5);
        assert_eq!(told.watch.alarms, [theirs, alarm("acme-ErrorAlarm-1")]);
        assert_eq!((told.watch.monitor_minutes, told.ringing), (30, vec!["SmsAlarm"]));
        let own_only = Watch {
            alarms: vec![alarm("acme-ErrorAlarm-1")],
            monitor_minutes: 30,
        };
        let told = Watching::of("acme", &own, &alarms, &own_only, 5);
        assert_eq!((told.watch.alarms.len(), told.watch.monitor_minutes), (1, 5));
        // Nothing of its own, or nothing that may be watched: what it was told before goes, and nothing is waited for.
        assert_eq!(Watching::of("acme", &[], &[], &own_only, 10).watch, Watch::default());
        let ringing = [seen("acme-ErrorAlarm-1", true)];
        let told = Watching::of("acme", &own, &ringing, &own_only, 10);
        assert_eq!((told.watch, told.ringing), (Watch::default(), vec!["ErrorAlarm"]));
        // There are five places.
        let full = Watch {
            alarms: (0..5).map(|number| alarm(&format!("theirs-{number}"))).collect(),
            monitor_minutes: 0,
        };
        assert_eq!(Watching::of("acme", &own, &alarms, &full, 0).watch.alarms, full.alarms);
    }
}
