//! The priority of the process beside other programs.

/// Steps down from the usual priority: the lowest there is.
#[cfg(unix)]
const STEPS: i32 = 19;

/// Gives way to every other program: this process runs when nothing else wants to. Threads
/// started later inherit it, so it comes first.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn give_way() -> anyhow::Result<()> {
    use anyhow::Context;
    rustix::process::nice(STEPS).context("--nice: the priority cannot be lowered")?;
    Ok(())
}

/// Says that it is not known how.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn give_way() -> anyhow::Result<()> {
    anyhow::bail!("--nice: it is not known how to lower the priority on this system")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn threads_started_later_give_way_too() {
        let of_thread = || rustix::process::getpriority_process(None).unwrap();
        let lowered = std::thread::spawn(move || {
            give_way().unwrap();
            std::thread::spawn(of_thread).join().unwrap()
        });
        assert_eq!(lowered.join().unwrap(), 19);
    }
}
