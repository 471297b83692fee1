//! Connections that a service closes while the function is frozen.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use handler::provider::{Http, HttpError};

/// Serves connections one after the other, each with one of `scripts`: how many requests it answers before it ends with
/// the next one unanswered. Returns its address, and how many requests it read.
fn service(scripts: &'static [usize], partly: bool) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let read = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&read);
    thread::spawn(move || {
        for answers in scripts {
            let (mut stream, _) = listener.accept().unwrap();
            for _ in 0..*answers {
                request(&mut stream);
                counted.fetch_add(1, Ordering::SeqCst);
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    .unwrap();
            }
            request(&mut stream);
            counted.fetch_add(1, Ordering::SeqCst);
            if partly {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok")
                    .unwrap();
            }
        }
    });
    (address, read)
}

/// Reads one request of the body `code`.
fn request(stream: &mut TcpStream) {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\ncode") {
        if stream.read(&mut byte).unwrap_or_default() == 0 {
            return;
        }
        text.extend_from_slice(&byte);
    }
}

async fn posted(http: &Http, address: SocketAddr) -> Result<u16, HttpError> {
    let answer = http.post(&format!("http://{address}/"), &[], b"code".to_vec()).await;
    answer.map(|answer| answer.status)
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_no_failure() {
    let (address, read) = service(&[1, 1], false);
    let http = Http::new();
    assert_eq!(posted(&http, address).await, Ok(200));
    assert_eq!(posted(&http, address).await, Ok(200), "on a connection of its own");
    assert_eq!(read.load(Ordering::SeqCst), 3);
}

/// It may have been read, and a code must not go out twice for nothing.
#[tokio::test]
async fn a_request_on_a_new_connection_is_sent_once() {
    let (address, read) = service(&[0, 1], false);
    assert_eq!(posted(&Http::new(), address).await, Err(HttpError::Unreachable));
    assert_eq!(read.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_is_sent_again_once_and_no_more() {
    let (address, read) = service(&[1, 0, 1], false);
    let http = Http::new();
    assert_eq!(posted(&http, address).await, Ok(200));
    assert_eq!(posted(&http, address).await, Err(HttpError::Unreachable));
    assert_eq!(read.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn nothing_is_sent_again_after_the_first_byte_of_an_answer() {
    let (address, read) = service(&[1, 1], true);
    let http = Http::new();
    assert_eq!(posted(&http, address).await, Ok(200));
    assert_eq!(posted(&http, address).await, Err(HttpError::CutOff));
    assert_eq!(read.load(Ordering::SeqCst), 2);
}
