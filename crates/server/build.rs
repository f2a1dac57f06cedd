//! Sees to it that pages built after the program was are taken into it: the folder is there before the program looks
//! for it, and the program is built again when it changes.

fn main() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    println!("cargo::rerun-if-changed={pages}");
    // Without the folder the program is built all the same and says that the pages are missing.
    if let Err(error) = std::fs::create_dir_all(pages) {
        println!("cargo::warning=web/dist: {error}");
    }
}
