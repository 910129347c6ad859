//! Writes the data files as JSON for the binary, because JSON is read several times as
//! fast. The TOML files are built in too: they are what hashes and errors speak of.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=data");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("json");
    if out.exists() {
        fs::remove_dir_all(&out).expect("the output folder can be emptied");
    }
    write(Path::new("data"), Path::new("data"), &out);
}

fn write(root: &Path, folder: &Path, out: &Path) {
    for item in fs::read_dir(folder).expect("the data folder can be read") {
        let path = item.expect("the data folder can be read").path();
        if path.is_dir() {
            write(root, &path, out);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let text = fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
            let value: serde_json::Value =
                toml::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
            let to = out.join(path.strip_prefix(root).expect("it was found there")).with_extension("json");
            fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("the output folder can be made");
            fs::write(&to, value.to_string()).expect("the output can be written");
        }
    }
}
