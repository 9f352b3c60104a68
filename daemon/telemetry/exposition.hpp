#pragma once

#include "base/histogram.hpp"

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tlspolicy::telemetry {

/// Puts together what one scrape shows. Values of one name are added in a row, and tell the help once.
class Exposition {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    void counter(const std::string& name, const std::string& help, const Labels& labels, double value);
    void gauge(const std::string& name, const std::string& help, const Labels& labels, double value);
    void histogram(const std::string& name, const std::string& help, const Labels& labels,
                   const Histogram& value);

    const std::vector<prometheus::MetricFamily>& families() const noexcept { return families_; }
    /// In the text format of Prometheus.
    std::string text() const;

private:
    prometheus::ClientMetric& add(const std::string& name, const std::string& help,
                                  prometheus::MetricType type, const Labels& labels);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace tlspolicy::telemetry
