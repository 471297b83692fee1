//! The emulator ministack, and a proxy before it that can be unlucky.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::launched::Server as Launched;
use crate::server::{Request, Response, Server};
use crate::services::Requests;
use crate::{http, tools};

/// What the proxy does with a call of the table.
#[derive(Clone, Copy)]
pub(super) enum Luck {
    Good,
    /// The table answers this, and does nothing.
    Bad(u16, &'static str),
    /// The table does nothing, for longer than anybody waits.
    Slow,
    /// The table does it, and nobody hears.
    Lost,
}

pub(super) type Proxying = Box<dyn Fn(&Value) -> Luck + Send + Sync>;

/// Returns where ministack listens, which all tests of this process share.
pub(super) fn ministack() -> SocketAddr {
    static SHARED: OnceLock<Launched> = OnceLock::new();
    let launch = || {
        let support = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deployer/tests/it/support/strict.py");
        let server = Launched::start(
            "ministack",
            &tools::python("ministack", &[tools::MINISTACK]),
            &support,
            &[],
        );
        let limit = Instant::now() + Duration::from_mins(1);
        let healthy = || http::exchange(server.address(), "GET", "/_ministack/health", b"");
        while !healthy().is_ok_and(|(status, _)| status == 200) {
            assert!(Instant::now() < limit, "{}", server.log_tail());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    };
    SHARED.get_or_init(launch).address()
}

fn forward(request: &Request) -> Response {
    let headers = ["authorization", "content-type", "x-amz-date", "x-amz-target"];
    let headers: Vec<_> = headers
        .iter()
        .filter_map(|name| Some((*name, request.headers.get(*name)?.as_str())))
        .collect();
    let (status, body) = http::exchange_with(ministack(), "POST /", &headers, &request.body).unwrap();
    Response::new(status, String::from_utf8(body).unwrap())
}

/// Starts a proxy that keeps what the table is asked.
pub(super) fn proxy(asked: Requests<Value>, luck: Arc<Mutex<Proxying>>) -> Server {
    Server::start(move |request: &Request| {
        if request.headers["x-amz-target"] != "DynamoDB_20120810.UpdateItem" {
            return forward(request);
        }
        let call: Value = serde_json::from_slice(&request.body).unwrap();
        asked.lock().unwrap().push(call.clone());
        let luck = luck.lock().unwrap()(&call);
        match luck {
            Luck::Good => forward(request),
            Luck::Bad(status, body) => Response::new(status, body),
            Luck::Slow => late(),
            Luck::Lost => {
                forward(request);
                late()
            }
        }
    })
}

pub(super) fn good() -> Proxying {
    Box::new(|_| Luck::Good)
}

fn late() -> Response {
    std::thread::sleep(Duration::from_secs(5));
    Response::new(500, "")
}
