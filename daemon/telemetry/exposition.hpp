#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <limits>
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
    template <class Histogram>
    void histogram(const std::string& name, const std::string& help, const Labels& labels,
                   const Histogram& value) {
        auto& shown = add(name, help, prometheus::MetricType::Histogram, labels).histogram;
        for (std::size_t i = 0; i < Histogram::bounds.size(); ++i)
            add_bucket(shown, value.count(i), Histogram::bound_in_seconds(i));
        add_bucket(shown, value.count(Histogram::bounds.size()), std::numeric_limits<double>::infinity());
        shown.sample_sum = value.sum_in_seconds();
    }

    /// In the text format of Prometheus.
    std::string text() const;

private:
    prometheus::ClientMetric& add(const std::string& name, const std::string& help,
                                  prometheus::MetricType type, const Labels& labels);
    static void add_bucket(prometheus::ClientMetric::Histogram& shown, std::uint64_t count,
                           double upper_bound);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace tlspolicy::telemetry
