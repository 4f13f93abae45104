#!/bin/sh
if true; then
	echo "kind: x"
fi
