#!/usr/bin/env bash
# Finds SwiftShader, a Vulkan in software that Debian ships inside chromium, installs it where apt and the rights allow, and
# prints the lines that make a shell use it for the device wgpu:
#
#     eval "$(scripts/swiftshader.sh)"
#     cargo xtask devices
set -euo pipefail
driver=/usr/lib/chromium/vk_swiftshader_icd.json

if [ ! -e "$driver" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libvulkan1 >&2
fi
if [ ! -e "$driver" ]; then
    echo "$driver is not here: install Debian's packages chromium and libvulkan1" >&2
    exit 1
fi
echo "export VK_DRIVER_FILES=$driver"
echo "export XDG_RUNTIME_DIR=\"\${XDG_RUNTIME_DIR:-$(mktemp -d)}\""
