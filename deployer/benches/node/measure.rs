//! What is measured of a program that handles events.

use std::time::Instant;

use serde_json::Value;

use crate::contender::Contender;
use crate::figures::{cpu_ms, median, peak_mib};
use crate::function::{Function, event};

/// How many times each is started, and how many of these starts handle more than the first event.
const STARTS: usize = 15;
const LONG_LIVES: usize = 3;

/// The events of a long life: some that a compiler at run time may warm up with, and those that count.
const WARM_UP: usize = 200;
const COUNTED: u32 = 1000;

/// The medians of one contender.
pub(crate) struct Measured {
    pub(crate) first_ms: f64,
    pub(crate) warm_ms: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) peak_mib: f64,
}

#[derive(Default)]
struct Samples {
    first_ms: Vec<f64>,
    warm_ms: Vec<f64>,
    cpu_ms: Vec<f64>,
    peak_mib: Vec<f64>,
}

/// Measures both in turn, so that what else the machine does meets both.
pub(crate) fn both(ours: &Contender, theirs: &Contender) -> [Measured; 2] {
    let event = event("SignUp", "signed");
    let mut samples = [Samples::default(), Samples::default()];
    // The first start of each reads the program from the disk.
    for contender in [ours, theirs] {
        Samples::default().live(contender, &event, false);
    }
    for start in 0..STARTS {
        for (contender, samples) in [ours, theirs].into_iter().zip(&mut samples) {
            samples.live(contender, &event, start < LONG_LIVES);
        }
    }
    samples.map(|samples| Measured {
        first_ms: median(samples.first_ms),
        warm_ms: median(samples.warm_ms),
        cpu_ms: median(samples.cpu_ms),
        peak_mib: median(samples.peak_mib),
    })
}

impl Samples {
    /// One life of a container.
    fn live(&mut self, contender: &Contender, event: &Value, long: bool) {
        let began = Instant::now();
        let function = contender.start();
        handle(&function, event);
        self.first_ms.push(milliseconds(began));
        let mut events = 1;
        if long {
            for _ in 0..WARM_UP {
                handle(&function, event);
            }
            let process = function.child.id();
            // User and kernel, of all its threads.
            let cpu = || cpu_ms(&process.to_string(), [14, 15]);
            let before = cpu();
            for _ in 0..COUNTED {
                let asked = Instant::now();
                handle(&function, event);
                self.warm_ms.push(milliseconds(asked));
            }
            self.cpu_ms.push((cpu() - before) / f64::from(COUNTED));
            self.peak_mib.push(peak_mib(process).unwrap());
            events += WARM_UP + COUNTED as usize;
        }
        // Both did the whole work, for every event.
        let texts = function.texts();
        assert_eq!(texts.len(), events);
        assert!(texts.iter().all(|text| text.contains("123456")), "{}", texts[0]);
    }
}

fn handle(function: &Function, event: &Value) {
    let answer = function.invoke(event);
    assert!(!answer.failed, "{}", answer.body);
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
