# portcullis and the certificates to reach a forge with, on an empty base.
#
#   docker build --tag portcullis .
#   docker run --rm --read-only --volume "$PWD:/repository:ro" portcullis check --repo /repository --base main --head HEAD
#
# `pr` fetches with git, which the last stage has not: build --target with-git for it. `approve` and `pr
# --issue-approvals` sign with gpg or ssh-keygen, which neither stage has: run them where your keys are.
FROM rust:1.95.0-alpine3.22 AS build
# hadolint ignore=DL3018
RUN apk add --no-cache ca-certificates g++ git make musl-dev
WORKDIR /source
COPY . .
# The target of musl links everything into the program: nothing of the base is needed to run it.
RUN cargo build --release --locked --bin portcullis

FROM alpine:3.22 AS with-git
# hadolint ignore=DL3018
RUN apk add --no-cache ca-certificates git
COPY --from=build /source/target/release/portcullis /usr/local/bin/portcullis
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/portcullis"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /source/target/release/portcullis /portcullis
USER 65534:65534
ENTRYPOINT ["/portcullis"]
