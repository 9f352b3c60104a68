// Boost.JSON is compiled here, once; whoever uses it includes <boost/json.hpp>.
#include <boost/json/src.hpp>
