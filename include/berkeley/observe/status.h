#pragma once

#include "berkeley/sync/cycle.h"
