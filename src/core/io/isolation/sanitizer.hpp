#ifndef SCVIGOR_CORE_IO_ISOLATION_SANITIZER_HPP
#define SCVIGOR_CORE_IO_ISOLATION_SANITIZER_HPP

// Whether AddressSanitizer watches this build: it maps terabytes, and reports
// crashes itself.
#if defined(__SANITIZE_ADDRESS__)
#define SCVIGOR_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCVIGOR_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef SCVIGOR_ADDRESS_SANITIZER
#define SCVIGOR_ADDRESS_SANITIZER 0
#endif

#endif
