#pragma once

namespace tlspolicy::telemetry {

class Exposition;

/// What the system says of this process, under the names that Prometheus' own clients use.
void show_process(Exposition& exposition);

}  // namespace tlspolicy::telemetry
