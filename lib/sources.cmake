# What Sira is built from: plain lists, one path per line, relative to the top of the repository, so that any build system can read them.
# A file stands here when it exists, and the other way round (tests/structure checks it). Sorted by layer, low to high.

# Everything above the I/O line, for every machine. Include paths: include and lib.
set(SIRA_SOURCES
    lib/base/chars.c
    lib/base/endpoint.c
    lib/base/hash.c
    lib/base/hex.c
    lib/base/random.c
    lib/base/status.c
    lib/base/str.c
    lib/base/timer.c
    lib/base/version.c
    lib/base/wipe.c
    lib/message/address.c
    lib/message/auth.c
    lib/message/contact.c
    lib/message/cursor.c
    lib/message/forward.c
    lib/message/framer.c
    lib/message/lifetime.c
    lib/message/lines.c
    lib/message/message.c
    lib/message/names.c
    lib/message/param.c
    lib/message/reason.c
    lib/message/response.c
    lib/message/scan.c
    lib/message/tolerance.c
    lib/message/unfold.c
    lib/message/uri.c
    lib/message/uri_equal.c
    lib/message/validate.c
    lib/message/values.c
    lib/message/via.c
    lib/message/write_fields.c
    lib/message/write_views.c
    lib/message/writer.c
    lib/digest/accept.c
    lib/digest/aka.c
    lib/digest/algorithm.c
    lib/digest/authorize.c
    lib/digest/base64.c
    lib/digest/challenge.c
    lib/digest/client.c
    lib/digest/credentials.c
    lib/digest/decide.c
    lib/digest/hmac.c
    lib/digest/key.c
    lib/digest/memory.c
    lib/digest/nonce.c
    lib/digest/proof.c
    lib/digest/quoted.c
    lib/digest/select.c
    lib/digest/server.c
    lib/digest/verify.c
    lib/transaction/arrival.c
    lib/transaction/client.c
    lib/transaction/key.c
    lib/transaction/server.c
    lib/transaction/tree.c
    lib/location/location.c
    lib/agent/account.c
    lib/agent/agent.c
    lib/agent/answer.c
    lib/agent/config.c
    lib/agent/exchange.c
    lib/agent/flow.c
    lib/agent/port.c
    lib/agent/server.c
    lib/request/invite.c
    lib/request/request.c
    lib/request/request_event.c
    lib/request/write_request.c
    lib/registration/binding.c
    lib/registration/describe.c
    lib/registration/event.c
    lib/registration/policy.c
    lib/registration/register.c
    lib/registration/registration.c
    lib/registration/setup.c
)

# The hash and entropy providers over Libgcrypt (include/sira/gcrypt.h).
set(SIRA_GCRYPT_SOURCES
    lib/base/gcrypt.c
)

# The hash provider in plain C, where there is no Libgcrypt.
set(SIRA_PORTABLE_HASH_SOURCES
    lib/base/portable_blocks.c
    lib/base/portable_hash.c
    lib/base/portable_md5.c
    lib/base/portable_sha256.c
    lib/base/portable_sha512.c
)

# The ready-made port over libuv (include/sira/host.h).
set(SIRA_HOST_SOURCES
    lib/host/address.c
    lib/host/host.c
    lib/host/icmp.c
    lib/host/listen.c
    lib/host/loop.c
    lib/host/stream.c
    lib/host/udp.c
)

# TLS of that port, by OpenSSL.
set(SIRA_HOST_TLS_SOURCES
    lib/host/tls.c
)

# DNS of that port, by c-ares.
set(SIRA_HOST_DNS_SOURCES
    lib/host/dns.c
    lib/host/records.c
)

# What is installed.
set(SIRA_PUBLIC_HEADERS
    include/sira/account.h
    include/sira/agent.h
    include/sira/base.h
    include/sira/detail/account.h
    include/sira/detail/agent.h
    include/sira/detail/exchange.h
    include/sira/detail/forward.h
    include/sira/detail/location.h
    include/sira/detail/random.h
    include/sira/detail/registration.h
    include/sira/detail/request.h
    include/sira/detail/server.h
    include/sira/detail/timer.h
    include/sira/detail/transaction.h
    include/sira/digest.h
    include/sira/digest_server.h
    include/sira/dns.h
    include/sira/endpoint.h
    include/sira/event.h
    include/sira/export.h
    include/sira/field.h
    include/sira/framer.h
    include/sira/hash.h
    include/sira/limits.h
    include/sira/location.h
    include/sira/message.h
    include/sira/registration.h
    include/sira/request.h
    include/sira/server.h
    include/sira/sira.h
    include/sira/status.h
    include/sira/transport.h
    include/sira/uri.h
    include/sira/version.h
    include/sira/writer.h
)
set(SIRA_GCRYPT_PUBLIC_HEADERS
    include/sira/gcrypt.h
)
set(SIRA_PORTABLE_HASH_PUBLIC_HEADERS
    include/sira/portable_hash.h
)
set(SIRA_HOST_PUBLIC_HEADERS
    include/sira/host.h
    include/sira/tls.h
)
