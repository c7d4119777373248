//! Every command of README.md is run, in its order, in one empty directory, as a newcomer would.

use std::fs;
use std::path::Path;

use crate::support::xtask;

const README: &str = include_str!("../../../README.md");

/// Commands that need a driver, downloaded data or too much time, and what is run in their place.
///
/// The full quick reproduction is what `results/` records; those without a replacement are run by CI, unless said otherwise.
const REPLACED: [(&str, Option<&str>); 16] = [
    (
        "cargo xtask train deltanet",
        Some(
            "cargo xtask train deltanet --epochs 1 --set length=512 --set model.d_model=16 --set model.inner=16",
        ),
    ),
    ("cargo xtask train din", Some("cargo xtask train din --epochs 1 --set samples=1000")),
    ("cargo xtask train tsmixer", Some("cargo xtask train tsmixer --epochs 1 --set every=8")),
    ("cargo xtask train tensor-brain", Some("cargo xtask train tensor-brain --data nations --epochs 1")),
    ("cargo xtask-all devices", Some("cargo xtask devices")),
    // Not on a driver that this machine happens to have: a test is the same everywhere.
    ("cargo xtask-all parity", Some("cargo xtask parity --devices flex")),
    (
        "cargo xtask-all train scaling-mlps --device ndarray --epochs 5",
        if cfg!(feature = "ndarray") {
            Some("cargo xtask train scaling-mlps --device ndarray --epochs 5")
        } else {
            None
        },
    ),
    ("cargo xtask-all train scaling-mlps --device wgpu --epochs 2", None),
    // Run by CI where target/libtorch is.
    ("eval \"$(scripts/libtorch.sh)\"", None),
    ("cargo xtask-tch parity --devices tch", None),
    ("cargo xtask-tch train scaling-mlps --device tch --epochs 2", None),
    // Run by a test of its own.
    ("cargo xtask bench scaling-mlps --devices flex --only standard --rounds 1", None),
    ("cargo test --workspace", None),
    ("cargo xtask results", Some("cargo xtask results --check")),
    ("cargo xtask reproduce scaling-mlps", Some("cargo xtask reproduce scaling-mlps --budget smoke")),
    (
        "cargo xtask train scaling-mlps --data fashion-mnist --epochs 20 --set fit.batch_size=128",
        Some("cargo xtask train scaling-mlps --data digits --epochs 20 --set fit.batch_size=128"),
    ),
];

fn commands() -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or(line).trim()).collect()
}

/// Two classes of 6x6 images.
fn write_images(directory: &Path) {
    for (class, shade) in [("dark", 40u8), ("light", 200)] {
        let class = directory.join("path/to/images").join(class);
        fs::create_dir_all(&class).unwrap();
        for index in 0..10u8 {
            let image = image::GrayImage::from_fn(6, 6, |x, y| image::Luma([shade + index + (x + y) as u8]));
            image.save(class.join(format!("{index}.png"))).unwrap();
        }
    }
}

/// A log of clicks with the README's schema, and hours of two channels.
fn write_tables(directory: &Path) {
    let blocks = README.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("toml\n"));
    let schema = blocks.into_iter().find(|block| block.starts_with("group")).unwrap();
    fs::write(directory.join("schema.toml"), schema).unwrap();
    let row = |i: usize| format!("u{},i{},{},i{}|i{}", i % 7, i % 5, i % 3, i % 4, i % 5);
    let clicks: String = (0..200).map(|i| format!("{},{}\n", row(i), usize::from(i % 5 < 2))).collect();
    fs::write(directory.join("events.csv"), format!("user,item,price,history,click\n{clicks}")).unwrap();
    let new: String = (0..20).map(|i| row(i) + "\n").collect();
    fs::write(directory.join("new.csv"), format!("user,item,price,history\n{new}")).unwrap();
    let hours: String = (0..1000).map(|i| format!("{i},{},{}\n", i % 24, i % 7)).collect();
    fs::write(directory.join("load.csv"), format!("time,load,wind\n{hours}")).unwrap();
}

#[test]
fn every_command_works() {
    let directory = tempfile::tempdir().unwrap();
    write_images(directory.path());
    write_tables(directory.path());
    fs::write(directory.path().join("job.toml"), "[fit]\nepochs = 2\n").unwrap();
    let commands = commands();
    assert!(commands.len() > 15, "{commands:?}");
    for command in commands {
        let replaced = REPLACED.iter().find(|(replaced, _)| *replaced == command);
        let Some(command) = replaced.map_or(Some(command), |(_, instead)| *instead) else { continue };
        let (_, arguments) = command
            .split_once("cargo xtask ")
            .unwrap_or_else(|| panic!("{command:?} is not run by any test"));
        let outcome = xtask(directory.path(), arguments);
        if arguments.starts_with("data fetch") {
            // Without a network: one clear message, and nothing that looks like the data set.
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            assert!(outcome.error().contains("fashion-mnist"), "{}", outcome.error());
            assert!(!directory.path().join("data/fashion-mnist").exists());
            continue;
        }
        assert_eq!(outcome.code, Some(0), "{command}: {}", outcome.stderr);
        if command == "cargo xtask train scaling-mlps" {
            assert_main_job(&outcome.stdout);
        }
    }
}

/// The first command ends with the accuracy README promises and says where the run is.
fn assert_main_job(stdout: &str) {
    let row = stdout.lines().find(|line| line.contains("test accuracy %")).unwrap();
    let accuracy: f64 = row.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!(accuracy >= 95.0, "{accuracy}");
    assert!(stdout.contains("run directory: runs/scaling-mlps/train-001"), "{stdout}");
}
