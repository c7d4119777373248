//! Downloads from a server in this process: whole, resumed, refused, interrupted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use pyrarium_datasets::catalog::{Entry, RemoteFile, Source};
use pyrarium_datasets::fetch::{fetch, fetch_entry, verify, verify_entry};
use pyrarium_datasets::{DataError, ImageShape, tabular_directory};
use sha2::{Digest, Sha256};
use support::tar_gz;
use tempfile::tempdir;

/// How the server treats a request.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Whole,
    Resuming,
    HangingUpAfter(usize),
    NotFound,
}

/// Serves `content` once for each of `manners`, then closes; returns its address and the `Range` headers it
/// saw.
fn serve(content: Vec<u8>, manners: &'static [Manner]) -> (String, thread::JoinHandle<Vec<Option<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        manners.iter().map(|&manner| answer(listener.accept().unwrap().0, &content, manner)).collect()
    });
    (address, server)
}

fn answer(mut stream: TcpStream, content: &[u8], manner: Manner) -> Option<String> {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = headers.iter().find_map(|line| line.to_lowercase().strip_prefix("range: ").map(String::from));
    let start = match (manner, &range) {
        (Manner::Resuming, Some(range)) => {
            range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap()
        }
        _ => 0,
    };
    let status = match manner {
        Manner::NotFound => "404 Not Found",
        _ if start > 0 => "206 Partial Content",
        _ => "200 OK",
    };
    let body = &content[start..];
    let sent = if let Manner::HangingUpAfter(count) = manner { &body[..count] } else { body };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    // The client may have left already, for example after a status that it does not like.
    let _ = stream.write_all(sent);
    range
}

fn entry(address: &str, file: &str, content: &[u8]) -> Entry {
    let sha256: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    let remote = RemoteFile {
        url: format!("{address}/{file}").leak(),
        sha256: sha256.leak(),
        bytes: content.len() as u64,
    };
    Entry {
        name: "sample",
        title: "",
        description: "",
        licence: "",
        shape: ImageShape::new(1, 1, 1),
        classes: 1,
        train: 1,
        test: 1,
        source: Source::Remote {
            files: vec![remote].leak(),
            installed: &[],
            load: |_| unreachable!("these tests only fetch"),
        },
    }
}

fn content() -> Vec<u8> {
    (0..300_000u32).map(|value| (value % 251) as u8).collect()
}

#[test]
fn a_file_arrives_whole_and_progress_is_told() {
    let data_dir = tempdir().unwrap();
    let (address, server) = serve(content(), &[Manner::Whole]);
    let entry = entry(&address, "data.bin", &content());
    let mut told = Vec::new();
    let directory = fetch_entry(&entry, data_dir.path(), &mut |name, done, total| {
        told.push((name.to_string(), done, total));
    })
    .unwrap();
    assert_eq!(directory, data_dir.path().join("sample"));
    assert_eq!(fs::read(directory.join("data.bin")).unwrap(), content());
    assert_eq!(told.first().unwrap(), &("data.bin".into(), 0, 300_000));
    assert_eq!(told.last().unwrap(), &("data.bin".into(), 300_000, 300_000));
    assert_eq!(server.join().unwrap(), [None]);
    assert_eq!(fs::read_dir(data_dir.path()).unwrap().count(), 1);
    // It is there now: no server is needed, and a changed byte is noticed.
    assert_eq!(verify_entry(&entry, data_dir.path()).unwrap(), 1);
    fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap();
    fs::write(directory.join("data.bin"), b"changed").unwrap();
    let error = verify_entry(&entry, data_dir.path()).unwrap_err();
    assert!(matches!(error, DataError::Checksum { .. }), "{error}");
}

#[test]
fn an_interrupted_download_goes_on_where_it_stopped() {
    for second in [
        &[Manner::HangingUpAfter(100_000), Manner::Resuming],
        &[Manner::HangingUpAfter(100_000), Manner::Whole],
    ] {
        let data_dir = tempdir().unwrap();
        let (address, server) = serve(content(), second);
        let entry = entry(&address, "data.bin", &content());
        let error = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap_err();
        assert!(error.to_string().contains("of 300000 bytes"), "{error}");
        assert!(!data_dir.path().join("sample").exists());
        let directory = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap();
        assert_eq!(fs::read(directory.join("data.bin")).unwrap(), content());
        assert_eq!(server.join().unwrap(), [None, Some("bytes=100000-".into())]);
    }
}

#[test]
fn a_file_with_the_wrong_content_is_refused_and_removed() {
    let data_dir = tempdir().unwrap();
    let mut wrong = content();
    wrong[123_456] ^= 1;
    let (address, server) = serve(wrong, &[Manner::Whole]);
    let entry = entry(&address, "data.bin", &content());
    let error = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap_err();
    assert!(matches!(error, DataError::Checksum { .. }), "{error}");
    assert!(!data_dir.path().join("sample").exists());
    assert!(!data_dir.path().join(".sample.partial/data.bin").exists());
    server.join().unwrap();
}

#[test]
fn an_archive_is_unpacked_and_its_files_are_verified() {
    let data_dir = tempdir().unwrap();
    let archive = tar_gz(&[("folder/one.bin", b"1"), ("folder/two.bin", b"22")]);
    let (address, server) = serve(archive.clone(), &[Manner::Whole]);
    let entry = entry(&address, "data.tar.gz", &archive);
    let directory = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap();
    server.join().unwrap();
    assert_eq!(fs::read(directory.join("folder/two.bin")).unwrap(), b"22");
    assert!(!directory.join("data.tar.gz").exists());
    assert_eq!(verify_entry(&entry, data_dir.path()).unwrap(), 2);
    fs::remove_file(directory.join("folder/one.bin")).unwrap();
    let error = verify_entry(&entry, data_dir.path()).unwrap_err().to_string();
    assert!(error.contains("one.bin"), "{error}");
}

#[test]
fn a_server_that_is_not_there_gives_a_clear_message() {
    let data_dir = tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let entry = entry(&format!("http://{closed}"), "data.bin", b"content");
    let error = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot download http://{closed}/data.bin: ")), "{error}");
    assert!(error.to_lowercase().contains("refused"), "{error}");
    assert!(!data_dir.path().join("sample").exists());
}

#[test]
fn a_missing_address_gives_the_servers_status() {
    let data_dir = tempdir().unwrap();
    let (address, server) = serve(content(), &[Manner::NotFound]);
    let entry = entry(&address, "data.bin", &content());
    let error = fetch_entry(&entry, data_dir.path(), &mut |_, _, _| {}).unwrap_err().to_string();
    assert!(error.contains("404"), "{error}");
    server.join().unwrap();
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let data_dir = tempdir().unwrap();
    let file = data_dir.path().join("file");
    fs::write(&file, "").unwrap();
    let entry = entry("http://127.0.0.1:9", "data.bin", b"content");
    let error = fetch_entry(&entry, &file, &mut |_, _, _| {}).unwrap_err();
    assert!(matches!(error, DataError::Io { .. }), "{error}");
}

#[test]
fn tables_of_samples_have_their_own_catalogue() {
    let data_dir = tempdir().unwrap();
    let message = |error: DataError| error.to_string();
    let text = message(verify("adult", data_dir.path()).unwrap_err());
    assert!(text.contains("`cargo xtask data fetch adult` downloads it"), "{text}");
    let text = message(tabular_directory("ml-100k", data_dir.path()).unwrap_err());
    assert!(text.contains("`cargo xtask data fetch ml-100k` downloads it"), "{text}");
    let text = message(tabular_directory("ml-100", data_dir.path()).unwrap_err());
    assert!(text.contains("did you mean `ml-100k`?; known data sets: adult, etth, ml-100k"), "{text}");
    let text = message(fetch("adlt", data_dir.path(), &mut |_, _, _| {}).unwrap_err());
    assert!(text.contains("did you mean `adult`?; known data sets: digits, "), "{text}");
    assert!(text.ends_with("cifar100, adult, etth, ml-100k"), "{text}");
    // What is there must be what was published.
    fs::create_dir(data_dir.path().join("adult")).unwrap();
    fs::write(data_dir.path().join("adult/adult.data"), b"39, State-gov").unwrap();
    let error = verify("adult", data_dir.path()).unwrap_err();
    assert!(matches!(error, DataError::Checksum { .. }), "{error}");
    assert_eq!(tabular_directory("adult", data_dir.path()).unwrap(), data_dir.path().join("adult"));
}
