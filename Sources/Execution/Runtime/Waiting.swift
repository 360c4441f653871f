// What a run does while nothing waits to be read. In: nothing. Out: a short pause.

import Glibc

/// Sleeps for two milliseconds, less when a signal comes.
package func pauseShortly() {
  var time = timespec(tv_sec: 0, tv_nsec: 2_000_000)
  nanosleep(&time, nil)
}
