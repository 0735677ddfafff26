//! The command `cargo laggard`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    laggard::cli::run_for_cargo(std::env::args_os())
}
